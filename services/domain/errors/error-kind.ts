/**
 * What an error means to the caller, and who can fix it. The command line turns each kind into an exit status, gRPC into a status
 * code.
 */
export const errorKinds = [
  // an input cannot be used (a flag, a file, a setting): the caller fixes it; nothing was started or spent
  'bad-input',
  // what was named does not exist: the caller names another one
  'not-found',
  // it cannot be done in the present state (the run has ended, another writer came first): the caller looks again
  'conflict',
  // this caller is not allowed to do it: the operator of the other side can grant it
  'refused',
  // something that the work depends on does not answer or cannot be started: waiting may help, otherwise its operator
  'unreachable',
  // an endpoint refuses for a reason that waiting does not fix (a key, a model, an address): the owner of the account or settings
  'needs-person',
  // the run ended without a result, as instructed: nothing is broken
  'unsuccessful',
  // something broke along the way, though the request was valid: trying again may help, otherwise the message says what to do
  'failed',
  // stored bytes are damaged, or of a version that this program cannot read: only another copy helps
  'damaged',
  // the program is wrong: only its authors can fix it, and the stack trace helps them
  'defect',
  // Ctrl-C, or a caller that gave up
  'interrupted',
  // SIGTERM, or a terminal that was closed
  'terminated',
] as const;

export type ErrorKind = (typeof errorKinds)[number];
