/**
 * A defect that an engineer might make, as a change of the product's own text: the simulation loads both versions and switches
 * one defect on at a time (plant-bugs.ts). The product knows nothing of it. A text that is no longer there once fails the tests.
 */
export interface PlantedBug {
  /** What is wrong, as a sentence would go on after "the product in which". */
  readonly what: string;
  readonly file: string;
  /** An expression, or statements that end with a semicolon and declare nothing. */
  readonly from: string;
  readonly to: string;
  /** What stands around it, so that it is found once in the file. */
  readonly before?: string;
  readonly after?: string;
}

const worker = 'services/shared/worker';
const coordinator = 'services/coordinator';

export const plantedBugs: readonly PlantedBug[] = [
  {
    what: 'a worker acknowledges a job before the store has its result',
    file: `${worker}/delivery/settle-delivery.ts`,
    from: 'await putResult(bus, resultOf(delivery, dependencies, timing.monotonicMs() - started, done));',
    to: 'await delivery.ack(); await putResult(bus, resultOf(delivery, dependencies, timing.monotonicMs() - started, done));',
  },
  {
    what: 'a worker believes a first delivery to be of a new job, whoever leads the run',
    file: `${worker}/delivery/new-deliveries.ts`,
    from: 'holding(job.runId).then((id) => id === job.newUnder && isFresh())',
    to: 'Promise.resolve(isFresh())',
  },
  {
    what: 'a worker takes any holder of the lease for the one that issued the job',
    file: `${worker}/delivery/new-deliveries.ts`,
    from: 'id === job.newUnder',
    to: 'id !== undefined',
  },
  {
    what: 'a worker calls a job new at each of its deliveries',
    file: `${worker}/delivery/new-deliveries.ts`,
    from: "job.newUnder === '' || !isFirst",
    to: "job.newUnder === ''",
  },
  {
    what: 'a call is sent before it is sure that its job is new',
    file: `${worker}/delivery/records-of-new.ts`,
    from: 'if (!(await isNew)) throw new KnownJobError();',
    to: '',
  },
  {
    what: 'the journal of an earlier delivery is not consulted',
    file: `${worker}/delivery/settle-delivery.ts`,
    from: 'isNew ? new Map<string, ModelCall>() : await bus.journal.read(job.runId, job.jobId)',
    to: 'new Map()',
  },
  {
    what: 'a result that the store had no room for counts as stored',
    file: `${worker}/delivery/settle-delivery.ts`,
    from: 'throw error;',
    to: '',
    before: 'void livesOn(starts, dependencies);\n    ',
    after: '\n  }\n  await delivery.ack();',
  },
  {
    what: 'a result is stored before what its calls have used is noted',
    file: `${worker}/delivery/settle-delivery.ts`,
    from: 'await account.settled();',
    to: 'undefined;',
    after: '\n    if ((await isNew)',
  },
  {
    what: 'a call is sent before it is noted that it may cost something',
    file: `${worker}/calls/job-account.ts`,
    from: "await note({ ...attempt, state: 'begun', usage: prompt, usageEstimated: true });",
    to: "void note({ ...attempt, state: 'begun', usage: prompt, usageEstimated: true });",
  },
  {
    what: 'a call that the journal has answered keeps no end on the account',
    file: `${worker}/calls/job-account.ts`,
    from: "attemptId === '' || ends.has(attemptId)",
    to: 'true',
  },
  {
    what: 'attempts of two deliveries of a job share their ids',
    file: `${worker}/calls/job-account.ts`,
    before: 'const delivery = ',
    from: 'newId()',
    to: 'jobId',
  },
  {
    what: 'a job goes on to its next call before the last one is in the journal',
    file: `${worker}/calls/call-records.ts`,
    before: '      }\n      ',
    from: 'await storing;',
    to: 'storing.catch(() => undefined);',
  },
  {
    what: 'a worker that ends takes its unfinished jobs out of the queue',
    file: `${worker}/delivery/settle-unfinished.ts`,
    from: 'await delivery.retry(0);',
    to: 'await delivery.ack();',
    after: "\n  return 'returned'",
  },
  {
    what: 'a job that was delivered three times counts as one that kills its workers',
    file: `${worker}/delivery/settle-delivery.ts`,
    from: 'starts.crashed >= poisonStarts',
    to: 'delivery.deliveryCount > poisonStarts',
  },
  {
    what: 'a job that was given back counts as one that killed its worker',
    file: `${worker}/delivery/job-starts.ts`,
    from: '!start.givenBack && start.leader === leader',
    to: 'start.leader === leader',
  },
  {
    what: 'a heartbeat comes more rarely than the server waits for it',
    file: `${worker}/delivery/heartbeat.ts`,
    from: 'ackWaitMs / 4',
    to: 'ackWaitMs * 1.5',
  },
  {
    what: 'the slot of a job that has ended is not given back',
    file: `${worker}/job-lanes.ts`,
    from: 'slots.ended(idOf(lane));',
    to: 'undefined;',
  },
  {
    what: 'a loop that broke off is not begun again',
    file: 'services/shared/lifecycle/restarting-loop.ts',
    before: 'catch (error) {\n      ',
    from: 'if (signal.aborted) return;',
    to: 'return;',
  },
  {
    what: 'nobody looks for jobs that are neither queued nor answered',
    file: `${coordinator}/jobs/publish-jobs.ts`,
    from: 'await reconcile();',
    to: 'undefined;',
  },
  {
    what: 'lost jobs are queued again, and their lost lanes are not opened',
    file: `${coordinator}/jobs/publish-jobs.ts`,
    from: 'await settings.openLanes();',
    to: 'undefined;',
  },
  {
    what: 'jobs that could not be queued are forgotten',
    file: `${coordinator}/jobs/issue-jobs.ts`,
    from: 'broken.abort(error)',
    to: 'undefined',
  },
  {
    what: 'a coordinator that continues a run calls its jobs new',
    file: `${coordinator}/rounds/run-driver.ts`,
    from: 'found === undefined ? settings.leaseId : undefined',
    to: 'settings.leaseId',
  },
  {
    what: 'a round ahead is planned by all that is known, and not by what it may see',
    file: `${coordinator}/rounds/run-driver.ts`,
    from: 'known.rounds.at(-1)?.completed === false ? viewOf(known, round) : known',
    to: 'known',
  },
  {
    what: 'an event is written wherever the log ends, by whoever was deposed too',
    file: `${coordinator}/log/run-log.ts`,
    before: 'const sequence = ',
    from: 'await bus.log.append(runId, entry, fold.sequence())',
    to: `await (async () => {
        let end = 0;
        for await (const { sequence } of bus.log.read(runId, { after: 0, follow: false }, signal)) end = sequence;
        return await bus.log.append(runId, entry, end);
      })()`,
  },
  {
    what: 'what a snapshot says is read from the log once more, and counts twice',
    file: `${coordinator}/log/run-log.ts`,
    from: 'fold.sequence()',
    to: '0',
    after: ', follow: false }, signal)) {\n    const state',
  },
  {
    what: 'a log that the store has lost is written back without its first lost entry',
    file: `${coordinator}/log/run-log.ts`,
    from: 'remembered.from(found)',
    to: 'remembered.from(found + 1)',
  },
  {
    what: 'a coordinator that begins with a snapshot has forgotten where the answers are',
    file: `${coordinator}/log/log-fold.ts`,
    from: 'createAnswerPlaces(snapshot?.answers)',
    to: 'createAnswerPlaces(undefined)',
  },
  {
    what: 'the benchmark of a new run is not there any more when its manifest is written',
    file: `${coordinator}/control/start-run.ts`,
    from: 'await bus.blobs.put(content);',
    to: 'undefined;',
    after: '\n        // Where',
  },
  {
    what: 'a worker that could not end a job does not say that it lives',
    file: `${worker}/delivery/settle-unfinished.ts`,
    from: 'return await starts.givenBack();',
    to: 'return;',
  },
  {
    what: 'a note of what a call has used counts twice if it comes twice',
    file: 'services/domain/run/ledger/spent.ts',
    from: 'if (settled.has(attemptId)) return;',
    to: 'undefined;',
  },
  {
    what: 'a proposal is judged before it is known what it must not repeat',
    file: `${coordinator}/rounds/rounds-in-hand.ts`,
    from: "command.kind !== 'propose' || areWorkflowsKnown(from, command.round)",
    to: 'true',
  },
];
