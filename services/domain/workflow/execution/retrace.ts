import type { Query } from '../../benchmark.ts';
import { ScaleError } from '../../errors/scale-error.ts';
import type { OperatorRegistry } from '../../operators/registry.ts';
import type { ChatMessage, CodeRun, CodeRunner, CodeVerdict, ModelClient, ModelReply, ModelRequest } from '../../ports.ts';
import type { Workflow } from '../workflow.ts';
import type { ExecutionContext } from './frame.ts';
import { interpretWorkflow, type WorkflowOutcome } from './interpret.ts';
import { programKey } from './program-key.ts';

/** What is on record of an execution. */
export interface RecordedExecution {
  /** The replies of each request, by call id: one, or those of several samples of one prompt. */
  replies(callId: string): readonly ModelReply[] | undefined;
  /** Whether prompts were joined into requests for several samples. */
  readonly joined: boolean;
  /** By program key. */
  verdict(key: string): CodeVerdict | undefined;
}

export interface RetracedCall {
  readonly callId: string;
  /** What the model was sent. */
  readonly messages: readonly ChatMessage[];
}

export interface RetracedProgram {
  readonly program: CodeRun;
  /** Undefined where it is not on record: nothing after it can be retraced. */
  readonly verdict: CodeVerdict | undefined;
}

export interface Retraced {
  readonly calls: readonly RetracedCall[];
  readonly programs: readonly RetracedProgram[];
  /** Undefined if the record ends before the workflow does; then `stoppedAt` says where. */
  readonly outcome?: WorkflowOutcome;
  readonly stoppedAt?: string;
}

/** The record has no reply to a call, or no verdict on a program. */
class RecordEndsError extends ScaleError {
  readonly kind = 'not-found';
}

export type RetraceContext = Pick<ExecutionContext, 'seed' | 'inputs' | 'maxCalls' | 'signal'> & {
  readonly operators: OperatorRegistry;
};

/**
 * Runs a workflow on a query once more with the replies and verdicts on record, which gives what no record holds: the prompts,
 * the programs, and the way through the workflow. No model is asked and no program runs. It is exact, since the same replies
 * give the same outcome (interpretWorkflow), provided that operators and workflow are those of the execution.
 */
export async function retrace(
  workflow: Workflow,
  query: Query,
  recorded: RecordedExecution,
  context: RetraceContext,
): Promise<Retraced> {
  const calls: RetracedCall[] = [];
  const programs: RetracedProgram[] = [];
  const replies = ({ callId, messages }: ModelRequest): readonly ModelReply[] => {
    calls.push({ callId, messages });
    const found = recorded.replies(callId);
    if (found === undefined) throw new RecordEndsError(`the call ${callId}, whose reply is not on record`);
    return found;
  };
  const model: ModelClient = {
    complete: async (request) => {
      const [reply] = replies(request);
      if (reply === undefined) throw new RecordEndsError(`the call ${request.callId}, whose reply is not on record`);
      return reply;
    },
    ...(recorded.joined && { sample: async (request: ModelRequest) => replies(request) }),
  };
  const code: CodeRunner = {
    run: async (program) => {
      const verdict = recorded.verdict(programKey(program));
      programs.push({ program, verdict });
      if (verdict === undefined) throw new RecordEndsError('a program whose verdict is not on record');
      return verdict;
    },
  };
  try {
    return { calls, programs, outcome: await interpretWorkflow(workflow, query, { ...context, model, code }) };
  } catch (error) {
    if (!(error instanceof RecordEndsError)) throw error;
    return { calls, programs, stoppedAt: error.message };
  }
}
