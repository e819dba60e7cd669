import type { PriceTable } from '../../domain/prices/price-table.ts';
import { decodeAnswerMessage, encodeQuestion } from '../../shared/contracts/answer-codec.ts';
import { modelToProto } from '../../shared/contracts/configuration-codec.ts';
import type { Question, WorkflowAnswer as WorkflowAnswerMessage } from '../../shared/contracts/generated/scale/v1/answer.ts';
import type { ModelCall } from '../../shared/contracts/generated/scale/v1/result.ts';
import { pricesToProto } from '../../shared/contracts/prices-codec.ts';
import { schemaVersion } from '../../shared/contracts/read-message.ts';
import { failureFromProto } from '../../shared/contracts/result-codec.ts';
import { workflowToProto } from '../../shared/contracts/workflow-codec.ts';
import { onAbort } from '../../shared/lifecycle/abort.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { TalkLostError } from '../../shared/messaging/errors.ts';
import type { Talk, Talks } from '../../shared/messaging/talks.ts';
import type { OpenExecutor, WantedExecution } from '../in-process/workflow-executor.ts';
import { findExecutor } from './find-executor.ts';
import { notAgain, ServeError } from './serve-error.ts';
import { handedBack, serveErrorOf } from './trouble-of-executor.ts';

export interface ClusterExecutorSettings {
  readonly talks: Talks;
  /** Names what is served: its calls have one share beside those of runs. */
  readonly party: string;
  /** As a run's: calls of a higher one go first. */
  readonly priority: number;
  readonly timeLimitMs: number;
  /** What the models cost, for limits of the cluster in money. */
  readonly prices?: PriceTable | undefined;
  readonly timing: Timing;
  /** In [0, 1). */
  readonly random: () => number;
}

/** An executor that dies takes the calls under way with it, which are then paid for twice; one that kills two is given up. */
const lostAtMost = 2;

/**
 * Has the executors of a cluster run workflows. Finished calls come back at once: whoever takes over from an executor that has
 * died makes only those that were under way.
 */
export function executorsOfCluster(settings: ClusterExecutorSettings): OpenExecutor {
  return ({ executor, endpoints }) => ({
    async execute({ workflow, hash, fields, inputs, maxCalls, turn = 0 }: WantedExecution, { id, seed, account }, signal) {
      const question: Omit<Question, 'finished'> = {
        ...{ schemaVersion, id, party: settings.party, workflow: workflowToProto(workflow), workflowHash: hash },
        ...{ fields: { ...fields }, inputs: [...inputs], maxCalls, turn, seed, model: modelToProto(executor) },
        ...{ endpoints: endpoints.map((each) => ({ ...each })), timeLimitMs: settings.timeLimitMs, priority: settings.priority },
        ...(settings.prices && { prices: pricesToProto(settings.prices) }),
      };
      const finished: ModelCall[] = [];
      const paid = (call: ModelCall): void => {
        finished.push(call);
        account.add(call);
      };
      for (let lost = 0; ; ) {
        const talk = await findExecutor(settings, signal);
        try {
          const { answer, failure } = await ask(talk, { ...question, finished }, paid, signal);
          return { answer, ...(failure && { failure: failureFromProto(failure) }) };
        } catch (error) {
          signal.throwIfAborted();
          if (error === handedBack) continue;
          if (!(error instanceof TalkLostError)) throw error;
          lost += 1;
          if (lost < lostAtMost) continue;
          const message = `two executors were lost while they answered (${error.problem})`;
          throw new ServeError(502, 'executor_lost', message, { headers: notAgain, cause: error });
        }
      }
    },
    client: () => {
      throw new RangeError('executors run workflows, and make no calls of their own');
    },
    close: async () => undefined,
  });
}

/** @throws TalkLostError, ServeError, `handedBack`, or the signal's reason */
async function ask(
  talk: Talk,
  question: Question,
  paid: (call: ModelCall) => void,
  signal: AbortSignal,
): Promise<WorkflowAnswerMessage> {
  // The executor's calls are cut when the talk ends.
  using _leaving = onAbort(signal, talk.end);
  try {
    talk.send(encodeQuestion(question));
    for await (const bytes of talk.messages()) {
      const { what } = decodeAnswerMessage(bytes);
      if (what?.$case === 'call') paid(what.value);
      else if (what?.$case === 'answer') return what.value;
      else throw serveErrorOf(what?.value);
    }
    signal.throwIfAborted();
    throw new TalkLostError('the executor has ended it without an answer');
  } finally {
    talk.end();
  }
}
