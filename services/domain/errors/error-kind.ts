/** What an error means for whoever asked, and who can mend it. The command line turns each into an exit status, gRPC into a status. */
export const errorKinds = [
  // what was given cannot be used (a flag, a file, a setting): whoever gave it mends it, and nothing was started or spent
  'bad-input',
  // what was named is not there: whoever asked names another one
  'not-found',
  // it cannot be done as things are now (the run has ended, another writer came first): whoever asked looks again
  'conflict',
  // it may not be done by this caller: whoever runs the other side lets them
  'refused',
  // what the work stands on does not answer or cannot be started: waiting may help, else whoever runs it
  'unreachable',
  // an endpoint refuses what no waiting mends (a key, a model, an address): whoever holds the account or the settings
  'needs-person',
  // the run ended without a result, as it was told to: nothing is broken
  'unsuccessful',
  // something broke on the way, though it was asked for rightly: asking again may help, else the message says what to do
  'failed',
  // what was stored is not as it was written, or of a version that this program cannot read: only another copy helps
  'damaged',
  // the program is wrong: only its authors can mend it, and the stack helps them
  'defect',
  // Ctrl-C, or a caller that gave up
  'interrupted',
  // SIGTERM, or a terminal that was closed
  'terminated',
] as const;

export type ErrorKind = (typeof errorKinds)[number];
