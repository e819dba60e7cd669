/** A test that stands for a fault: its file, and a part of its title as it is written there. */
export interface FaultTest {
  readonly file: string;
  readonly title: string;
}

export interface Fault {
  /** "1" to "25", and "B1" to "B11" for what was found on the bus. */
  readonly number: string;
  readonly fault: string;
  /** What the product makes of it. */
  readonly survived: string;
  readonly tests: readonly FaultTest[];
}

const processes = 'test/chaos/faults/processes.test.ts';
const network = 'test/chaos/faults/network.test.ts';
const store = 'test/chaos/faults/store.test.ts';
const killAny = 'test/e2e/kill-any-service.test.ts';
const cluster = 'test/integration/messaging/cluster.test.ts';
const endpoint = 'test/integration/models/openai-endpoint.test.ts';
const odd = 'test/e2e/odd-endpoints.test.ts';

/** Every fault that must be survived, with its tests. docs/reliability.md is made of it, and a test holds the two together. */
export const faults: readonly Fault[] = [
  {
    number: '1',
    fault: 'an executor is killed in the middle of a job',
    survived: 'its jobs go to others once they have waited for it; finished calls are not made again; one result a job',
    tests: [
      { file: processes, title: 'fault 1: an executor is killed in the middle of its jobs' },
      { file: killAny, title: 'the %s: the search goes on to the same log' },
    ],
  },
  {
    number: '2',
    fault: 'an executor gets SIGTERM',
    survived: 'it takes nothing new, hands back what it has not finished, and ends with status 0',
    tests: [
      { file: processes, title: 'fault 2: an executor is asked to end by SIGTERM' },
      { file: 'test/e2e/rolling-restart.test.ts', title: 'in a rolling restart of all of them' },
    ],
  },
  {
    number: '3',
    fault: 'an executor stands still, beyond the time that jobs wait for it',
    survived: 'others take over; when it goes on it makes no call for a job that is not its own any more',
    tests: [{ file: processes, title: 'fault 3: an executor is stopped for longer than its jobs wait for it' }],
  },
  {
    number: '4',
    fault: 'the coordinator is killed in the middle of a search',
    survived: 'the standby or the next one goes on to the same log',
    tests: [
      { file: processes, title: 'fault 4: the coordinator that leads is killed' },
      { file: 'test/e2e/same-log.test.ts', title: 'after ten kills at random moments' },
    ],
  },
  {
    number: '5',
    fault: 'the coordinator that leads stands still or is cut off beyond its lease, and comes back',
    survived: 'the standby leads; what the first one still appends is refused, and it steps down',
    tests: [
      { file: processes, title: 'fault 5: the coordinator that leads is stopped beyond its lease' },
      { file: processes, title: 'fault 5: the coordinator that leads is cut off from NATS' },
    ],
  },
  {
    number: '6',
    fault: 'the NATS server is killed and comes back; one of three is',
    survived: 'everybody connects again, nothing that was acknowledged is lost',
    tests: [
      { file: network, title: 'fault 6: the NATS server is killed' },
      { file: cluster, title: 'what was being written when the leader was cut off is written in the end' },
      { file: 'test/integration/messaging/outage.test.ts', title: 'nothing that was acknowledged is lost' },
    ],
  },
  {
    number: '7',
    fault: 'the store of the NATS server is wiped',
    survived: 'the log is written again by whoever leads the run; without one, the command that started it starts it again',
    tests: [
      { file: store, title: 'fault 7: the NATS server is killed and its store is wiped' },
      { file: killAny, title: 'the nats-server, whose store is wiped' },
    ],
  },
  {
    number: '8',
    fault: 'a service is cut off from NATS; its connection is reset, half open, cut in mid-message, late, or deaf one way',
    survived: 'others do its jobs, and it comes back without a restart',
    tests: [
      { file: network, title: 'fault 8: an executor is cut off from NATS' },
      { file: network, title: 'fault 8: the connection to NATS of the %s' },
    ],
  },
  {
    number: '9',
    fault: 'the model cannot be reached: silence, refusals, answers cut in the middle',
    survived: 'calls wait and are made again; no job fails for it, and none scores 0',
    tests: [{ file: network, title: 'fault 9: the way to the model %s' }],
  },
  {
    number: '10',
    fault: 'the coordinator reads far slower than executors write',
    survived: 'its memory stays bounded, and nothing is dropped',
    tests: [{ file: network, title: 'fault 10: the coordinator hears ten times slower' }],
  },
  {
    number: '11',
    fault: 'a job kills each executor that begins it',
    survived: 'after some starts it fails with the kind poison; the others are not touched',
    tests: [{ file: 'test/contract/bus.contract.ts', title: 'terminate' }],
  },
  {
    number: '12',
    fault: 'a message that cannot be decoded, or of a version to come',
    survived: 'it is set aside with its bytes, or left in the queue for those who know it',
    tests: [
      { file: store, title: 'fault 12: a job that nobody can read' },
      { file: 'test/integration/messaging/streams.test.ts', title: 'a job that cannot be read is set aside with its bytes' },
    ],
  },
  {
    number: '13',
    fault: 'a job is published or delivered twice; an acknowledgement is lost',
    survived: 'one result, and finished calls are not made again',
    tests: [{ file: store, title: 'fault 13: jobs are published and delivered twice' }],
  },
  {
    number: '14',
    fault: 'clocks jump by an hour or by days',
    survived: 'nobody loses a lease or a job, and no deadline passes',
    tests: [{ file: 'test/chaos/faults/clock.test.ts', title: 'fault 14: the clocks of everybody jump' }],
  },
  {
    number: '15',
    fault: 'the disk of the NATS server or of an executor is full',
    survived: 'writers wait and say so, and go on when there is room',
    tests: [
      { file: 'test/e2e/full-disk.test.ts', title: 'a disk that is full for a while is named and waited for' },
      { file: 'test/integration/messaging/streams.test.ts', title: 'a stream that is full refuses' },
    ],
  },
  {
    number: '16',
    fault: 'the model answers 429 with a time to wait, 500, 502 or 503',
    survived: 'the time is kept, calls become fewer, and each is answered in the end',
    tests: [
      { file: odd, title: 'throttled-in-words' },
      { file: 'test/unit/shared/models/refusals/retry-after.test.ts', title: 'a date, by our clock' },
      { file: 'test/unit/shared/models/pool/circuit-breaker.test.ts', title: 'five failures in a row open it' },
    ],
  },
  {
    number: '17',
    fault: 'the model hangs before or in its answer, drips, breaks off, resets',
    survived: 'the call is cut at its limit and made again; half an answer is never scored',
    tests: [
      { file: endpoint, title: 'a hang before the headers ends at the limit of the attempt' },
      { file: endpoint, title: 'a hang in the middle ends at the stall limit' },
      { file: endpoint, title: 'a slow drip ends at the limit of the whole attempt' },
      { file: endpoint, title: 'a reset in the middle of the body is unavailable' },
    ],
  },
  {
    number: '18',
    fault: 'the model sends nonsense: no choices, half JSON, an error as a 200, a refusal, another model',
    survived: 'each has a typed failure or a warning, and none is scored as an answer',
    tests: [
      { file: odd, title: 'no-choices' },
      { file: odd, title: 'another-model' },
      { file: odd, title: 'max-tokens' },
    ],
  },
  {
    number: '19',
    fault: 'the prompt does not fit the context',
    survived: 'the query fails with the kind context-overflow at once, and is not tried again',
    tests: [{ file: odd, title: 'overflow-in-a-list' }],
  },
  {
    number: '20',
    fault: 'the kernel kills an executor for its memory',
    survived: 'as fault 1',
    tests: [{ file: 'test/chaos/faults/memory.test.ts', title: 'fault 20: the kernel kills an executor' }],
  },
  {
    number: '21',
    fault: 'the server of the model is replaced by one that serves another model',
    survived: 'a run pauses where the model is not served, and the report says who has answered instead',
    tests: [
      { file: odd, title: 'another-model' },
      { file: 'test/e2e/what-a-person-mends.test.ts', title: 'unknown-model' },
    ],
  },
  {
    number: '22',
    fault: 'executors of two versions work side by side',
    survived: 'each run ends with its log; the earlier version leaves alone what it does not know',
    tests: [{ file: 'test/e2e/two-versions.test.ts', title: 'executors of two versions side by side end every run' }],
  },
  {
    number: '23',
    fault: 'a bucket of the store is deleted',
    survived: 'it is made again, the leader leads again, and the run goes on',
    tests: [{ file: store, title: 'fault 23: a bucket is deleted' }],
  },
  {
    number: '24',
    fault: 'a program that a model wrote is hostile',
    survived: 'it is contained and judged a failure, and the machine is as before',
    tests: [
      { file: 'test/integration/sandbox/hostile-programs.test.ts', title: '%s is contained, and judged a failure' },
      { file: 'test/integration/sandbox/hostile-programs.test.ts', title: '%s passes nothing off as a success' },
    ],
  },
  {
    number: '25',
    fault: 'all of these at random, for long',
    survived: 'the checker finds nothing, memory and descriptors stay flat',
    tests: [{ file: 'test/chaos/random-faults.test.ts', title: 'random faults' }],
  },
  {
    number: 'B1',
    fault: 'of three NATS servers, the leader is cut off while something is written: the server confirms what it has not stored',
    survived: 'it is written in the end',
    tests: [{ file: cluster, title: 'what was being written when the leader was cut off is written in the end' }],
  },
  {
    number: 'B2',
    fault: 'the other NATS servers stand still for seconds',
    survived: 'writes wait, and nothing counts as stored before it is',
    tests: [{ file: cluster, title: 'while the other nodes stand still, writes wait' }],
  },
  {
    number: 'B3',
    fault: 'a service starts before there are enough NATS servers',
    survived: 'it waits for them',
    tests: [{ file: cluster, title: 'a service that starts before there are enough nodes waits for them' }],
  },
  {
    number: 'B4',
    fault: 'a lease is asked for while the NATS servers have no leader',
    survived: 'it is asked for calmly',
    tests: [{ file: cluster, title: 'a lease is asked for calmly' }],
  },
  {
    number: 'B5',
    fault: 'the store is made anew while services live',
    survived: 'whoever follows starts over, and a log is reported lost',
    tests: [{ file: 'test/contract/bus-faults.contract.ts', title: 'is lost: whoever follows starts over' }],
  },
  {
    number: 'B6',
    fault: 'a stream of the control API fails on its way',
    survived: 'the client gets what was sent, then the reason',
    tests: [{ file: 'test/unit/coordinator/control-server.test.ts', title: 'a server stream that fails' }],
  },
  {
    number: 'B7',
    fault: 'the same content is stored by many at the same time',
    survived: 'it is stored once, and what nobody refers to is removed',
    tests: [
      { file: 'test/integration/messaging/permissions-and-blobs.test.ts', title: 'equal contents that are put at the same time' },
    ],
  },
  {
    number: 'B8',
    fault: 'a job is acknowledged and published again at once',
    survived: 'it is queued',
    tests: [{ file: cluster, title: 'a job that is acked and published again at once is queued' }],
  },
  {
    number: 'B9',
    fault: 'a service lacks a permission at the NATS server',
    survived: 'it says which, and is not ready',
    tests: [{ file: 'test/integration/messaging/permissions.test.ts', title: 'a service that lacks a permission says which' }],
  },
  {
    number: 'B10',
    fault: 'expressions of workflows that convert what is no number, or split with a limit',
    survived: 'an error, or what the language says',
    tests: [{ file: 'test/unit/domain/workflow/expression/cel-go.test.ts', title: 'expressions give what they give in cel-go' }],
  },
  {
    number: 'B11',
    fault: 'a call is taken out of the contract',
    survived: 'the check of the contract refuses it',
    tests: [{ file: 'test/contract/contracts-are-fresh.test.ts', title: 'a deleted rpc' }],
  },
];
