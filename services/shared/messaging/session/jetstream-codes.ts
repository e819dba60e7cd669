/**
 * JetStream's error codes, as far as they do not mean what their status says. A status of 429 or 5xx is trouble at the server and
 * passes; a status of 4xx is a refusal that will not change. Source: nats-server v2.10.27 and v2.15.2, server/errors.json.
 */

export const codes = {
  accountFull: 10002,
  consumerMissing: 10014,
  consumerNameTaken: 10013,
  consumersShort: 10026,
  clusterTooSmall: 10005,
  resourcesShort: 10023,
  noMessage: 10037,
  notEnabled: 10076,
  notEnabledForAccount: 10039,
  storageShort: 10047,
  streamDifferent: 10058,
  streamMissing: 10059,
  streamsShort: 10027,
  wrongLastSequence: 10071,
  replicasWithoutCluster: 10074,
  storeFailed: 10077,
  purgeDenied: 10110,
  consumerDifferent: 10148,
  wrongLastSequenceInProcess: 10164,
} as const;

/** Refusals by their status that nevertheless pass, by themselves or once people or other services have acted. */
const later: ReadonlySet<number> = new Set([
  codes.accountFull,
  // A cluster that is still gathering has no peers yet; a cluster that will never have enough gives the same code.
  codes.clusterTooSmall,
  // Those of runs that end go.
  codes.consumersShort,
  // Whoever finds it missing creates it again.
  codes.consumerMissing,
  codes.streamMissing,
  10149, // consumer does not exist (on an update)
  10124, // stream move in progress
  10226, // stream reconfiguration in progress
  10202, // cluster member change in progress
  10158, // duplicate message id is in process: the first try is neither stored nor refused yet
  // Another write of the subject is in progress: neither stored nor refused yet, and perhaps an earlier try of ours.
  codes.wrongLastSequenceInProcess,
]);

/** Trouble at the server by their status, but in fact permanent refusals. */
const refused: ReadonlySet<number> = new Set([
  10010, // clustering support required
  10036, // not currently supported in clustered mode
  10052, // invalid stream configuration
  10053, // the configuration is above the server's or the account's limits
  10063, // expected stream sequence does not match
  codes.replicasWithoutCluster,
  codes.storageShort,
  codes.purgeDenied,
  10117, // subject details would exceed maximum allowed
]);

/** True if the same request may succeed later. */
export function isPassing(code: number, status: number): boolean {
  if (later.has(code)) return true;
  if (refused.has(code)) return false;
  return status === 429 || status >= 500;
}

/** What people can do about it, where the server's text does not say. */
export function remedyOf(code: number): string | undefined {
  return remedies.get(code);
}

const fullRemedy = "raise its max_bytes or free space on the server's disk";
const remedies: ReadonlyMap<number, string> = new Map([
  [codes.accountFull, "the account's storage limit is reached; raise it in the server's configuration"],
  [
    codes.clusterTooSmall,
    'the cluster does not have enough servers for that many replicas, or they are not up yet; start them, or lower SCALE_STREAM_REPLICAS',
  ],
  [
    codes.consumersShort,
    'the account may have no more consumers, of which each run has up to three; raise max_consumers in its JetStream limits',
  ],
  [codes.resourcesShort, `the server's storage is full; ${fullRemedy}`],
  [codes.notEnabled, "JetStream is off on the server, as happens after a full disk; the server's log says why"],
  [codes.notEnabledForAccount, "JetStream is not enabled for this user's account; enable it in the server's configuration"],
  [codes.replicasWithoutCluster, 'the server is not part of a cluster; set SCALE_STREAM_REPLICAS to 1'],
  [codes.storeFailed, `the stream cannot take more; ${fullRemedy}`],
  [
    codes.storageShort,
    "the server's max_file_store, or the account's, is smaller than the limits of all streams together; raise it to 6 GB",
  ],
  [
    codes.streamsShort,
    'the account may have no more streams; raise max_streams in its JetStream limits, or give SCALE one of its own',
  ],
  [codes.streamMissing, 'the stream is not on the server; it is being recreated'],
]);
