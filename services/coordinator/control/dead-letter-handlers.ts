import { executionJobId, firstJobId } from '../../domain/run/job-id.ts';
import { executedWorkflows } from '../../domain/run/query-workflows.ts';
import type { RunState } from '../../domain/run/state.ts';
import {
  type DeadLetter as DeadLetterMessage,
  type DropDeadLetterRequest,
  type DropDeadLetterResponse,
  type ListDeadLettersResponse,
  type RetryDeadLetterRequest,
  type RetryDeadLetterResponse,
  type RunManifest,
  RunStatus,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Job } from '../../shared/contracts/generated/scale/v1/job.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { decodeJob } from '../../shared/contracts/job-codec.ts';
import type { Bus, DeadLetter } from '../../shared/messaging/bus.ts';
import { noPause } from '../../shared/messaging/pause-run.ts';
import type { Coordinator } from '../coordinator.ts';
import { readRunView } from '../log/run-log.ts';
import { RequestRefusedError } from '../request-refused-error.ts';

/** The part of ControlService that is about jobs that nobody does. */
export interface DeadLetterHandlers {
  listDeadLetters(): Promise<ListDeadLettersResponse>;
  retryDeadLetter(request: RetryDeadLetterRequest, signal: AbortSignal): Promise<RetryDeadLetterResponse>;
  dropDeadLetter(request: DropDeadLetterRequest): Promise<DropDeadLetterResponse>;
}

export function createDeadLetterHandlers(bus: Bus, coordinator: Coordinator): DeadLetterHandlers {
  const stateOf = async (runId: string, signal: AbortSignal): Promise<RunState | undefined> =>
    coordinator.state(runId) ?? (await readRunView(bus, runId, signal))?.state;

  const find = async ({ runId, jobId }: DropDeadLetterRequest): Promise<DeadLetter> => {
    const letter = (await bus.deadLetters.list()).find((each) => each.runId === runId && each.jobId === jobId);
    if (letter !== undefined) return letter;
    const what = `there is no dead letter of job ${jobId} of run ${runId}`;
    throw new RequestRefusedError('not-found', `${what}; \`scale dead-letters list\` shows all`);
  };
  const queueAgain = async (letter: DeadLetter): Promise<string> => {
    const job = readable(letter);
    if (job === undefined) throw refused(letter, 'this version of SCALE cannot read it either: use the one that issued it');
    await bus.jobs.publish(job);
    return 'it is queued again';
  };
  /** Its result is stored and stays, so it is issued again under another id: what the run does when it is resumed. */
  const issueAgain = async (letter: DeadLetter, signal: AbortSignal): Promise<string> => {
    const { kind, runId, jobId } = letter;
    if (kind !== 'execute') throw refused(letter, 'its run has asked the optimizer again by itself');
    const state = await stateOf(runId, signal);
    if (state !== undefined && executedIn(state).has(firstJobId(jobId))) {
      const advice = `the log of run ${runId} has it, counted in no score, and the search has gone on by that`;
      throw refused(letter, `${advice}; \`scale eval --run ${runId}\` executes the best workflow on all queries again`);
    }
    const changed = await bus.runs.update(runId, (manifest) => {
      if (hasEnded(manifest.status)) return manifest;
      const again = { ...manifest, resumed: (manifest.resumed ?? 0) + 1 };
      return manifest.needsPerson ? { ...again, status: RunStatus.RUNNING, ...noPause } : again;
    });
    if (changed === undefined || hasEnded(changed.status)) throw refused(letter, endedBefore(runId));
    coordinator.drive(changed);
    const paused = changed.status === RunStatus.PAUSED ? ` once run ${runId} is resumed` : '';
    return `it is issued again${paused}, with all executions of the run that were lost and are not in its log yet`;
  };

  return {
    async listDeadLetters() {
      return { letters: (await bus.deadLetters.list()).map(letterToProto) };
    },
    async retryDeadLetter(request, signal) {
      const letter = await find(request);
      const manifest: RunManifest | undefined = await bus.runs.get(letter.runId);
      if (manifest === undefined || hasEnded(manifest.status)) throw refused(letter, endedBefore(letter.runId));
      const outcome = letter.reason === 'poison' ? await issueAgain(letter, signal) : await queueAgain(letter);
      await bus.deadLetters.remove(letter);
      return { outcome };
    },
    async dropDeadLetter(request) {
      await bus.deadLetters.remove(await find(request));
      return {};
    },
  };
}

function refused({ jobId }: DeadLetter, why: string): RequestRefusedError {
  return new RequestRefusedError('conflict', `job ${jobId} cannot be tried again: ${why}`);
}

function endedBefore(runId: string): string {
  return `run ${runId} has ended without it`;
}

/** The ids of the executions that the log has. */
function executedIn({ rounds }: RunState): Set<string> {
  return new Set(
    rounds.flatMap((round) => {
      const workflowFor = executedWorkflows(round);
      return round.outcomes.map(({ queryIndex, repeat }) =>
        executionJobId((workflowFor(queryIndex) ?? round).workflowHash, queryIndex, repeat),
      );
    }),
  );
}

function letterToProto(letter: DeadLetter): DeadLetterMessage {
  const { body, ...said } = letter;
  return { ...said, bytes: body.length, job: readable(letter) };
}

function readable({ body }: DeadLetter): Job | undefined {
  try {
    return decodeJob(body);
  } catch {
    // That it cannot be read is why it is here.
    return undefined;
  }
}
