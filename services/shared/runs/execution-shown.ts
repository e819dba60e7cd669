import type { Benchmark, Query } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import { operators } from '../../domain/operators/registry.ts';
import { type ChatMessage, type CodeVerdict, codeVerdictKinds } from '../../domain/ports.ts';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import { programKey } from '../../domain/workflow/execution/program-key.ts';
import { type RetracedProgram, retrace } from '../../domain/workflow/execution/retrace.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import type { ModelCall, ProgramRun, Result } from '../contracts/generated/scale/v1/result.ts';
import { repliesOf } from '../models/model-call.ts';

/** One call to a model, as --json shows it. */
export interface CallShown {
  /** Its place in the workflow, e.g. "drafts[1].draft/0". */
  readonly callId: string;
  readonly model: string;
  /** Absent where what came before it is not on record, and for a judge's. */
  readonly messages?: readonly ChatMessage[];
  readonly reply: string;
  readonly reasoning: string;
  /** Further replies of a request for several samples. */
  readonly samples: readonly { readonly reply: string; readonly reasoning: string }[];
  readonly finishReason: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly latencyMs: number;
  readonly firstTokenMs: number;
  readonly attempts: number;
  readonly endpoint: string;
  readonly fromCache: boolean;
  readonly simulated: boolean;
}

export interface ProgramShown {
  readonly program: string;
  readonly tests?: string;
  /** Absent where it is not on record. */
  readonly verdict?: string;
  readonly error?: string;
  readonly output?: string;
  readonly result?: string;
}

export interface ExecutionShown {
  readonly queryId: string;
  readonly repeat: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly calls: readonly CallShown[];
  readonly programs: readonly ProgramShown[];
  /** What came of programs that the workflow did not ask for: those of the scorer. */
  readonly scoring: readonly Omit<ProgramShown, 'program' | 'tests'>[];
  readonly answer: string;
  /** What the scorer compared. */
  readonly extracted: string;
  /** What it says of the answer. */
  readonly feedback?: string;
  readonly reference: string;
  readonly score: number;
  readonly scorer: string;
  readonly otherScores: Readonly<Record<string, number>>;
  readonly failure?: { readonly kind: string; readonly message: string; readonly step: string };
  readonly elapsedMs: number;
  readonly worker: string;
  /** Where the prompts that are shown end, since the record has no more. */
  readonly stoppedAt?: string;
}

export interface ExecutionToShow {
  readonly result: Result;
  readonly workflow: Workflow;
  readonly workflowHash: string;
  readonly query: Query;
  readonly repeat: number;
  readonly benchmark: Benchmark;
  readonly configuration: RunConfiguration;
}

/** What happened in one execution: results hold the replies, and the prompts follow from them (retrace). */
export async function executionShown(shown: ExecutionToShow, signal: AbortSignal): Promise<ExecutionShown> {
  const { result, workflow, workflowHash, query, repeat, benchmark, configuration } = shown;
  const execution = result.outcome?.$case === 'execution' ? result.outcome.value : undefined;
  const failure = result.outcome?.$case === 'failure' ? result.outcome.value : execution?.failure;
  const calls = new Map(result.calls.map((call) => [call.callId, call]));
  const verdicts = new Map((execution?.programs?.runs ?? []).map((run) => [run.key, verdictOf(run)]));
  const recorded = {
    replies: (callId: string) => {
      const call = calls.get(callId);
      return call && repliesOf(call);
    },
    joined: result.calls.some(({ samples }) => samples.length > 0),
    verdict: (key: string) => verdicts.get(key),
  };
  const traced = await retrace(workflow, query, recorded, {
    ...{ operators, inputs: benchmark.inputs, signal, maxCalls: configuration.search.maxCallsPerQuery },
    seed: [configuration.seed, workflowHash, query.id, repeat],
  });
  const messages = new Map(traced.calls.map((call) => [call.callId, call.messages]));
  // In the order of the workflow, whichever was answered first; what follows it, such as a judge's, comes last.
  const places = new Map(traced.calls.map(({ callId }, place) => [callId, place]));
  const placeOf = ({ callId }: ModelCall): number => places.get(callId) ?? places.size;
  const ofWorkflow = new Set(traced.programs.map(({ program }) => programKey(program)));
  return {
    ...{ queryId: query.id, repeat, fields: query.fields },
    calls: result.calls
      .toSorted((one, other) => placeOf(one) - placeOf(other))
      .map((call) => callShown(call, messages.get(call.callId))),
    programs: traced.programs.map(programShown),
    scoring: [...verdicts].flatMap(([key, verdict]) => (ofWorkflow.has(key) ? [] : [verdictShown(verdict)])),
    ...{ answer: execution?.answer ?? '', extracted: execution?.extracted ?? '', reference: query.reference },
    ...{ score: execution?.score ?? 0, scorer: benchmark.scorer, otherScores: execution?.otherScores ?? {} },
    ...{ elapsedMs: result.elapsedMs, worker: result.worker },
    ...defined({ failure, feedback: execution?.feedback, stoppedAt: traced.stoppedAt }),
  };
}

function verdictOf({ verdict, output, error, result, cpuMs, outputTruncated }: ProgramRun): CodeVerdict {
  const kind = codeVerdictKinds.find((known) => known === verdict) ?? 'failed';
  return { kind, passed: kind === 'passed', output, error, result, cpuMs, outputTruncated, isolation: '' };
}

function callShown(call: ModelCall, messages: readonly ChatMessage[] | undefined): CallShown {
  const { callId, model, text, reasoning, finishReason, usage, latencyMs, attempts, endpoint, simulated } = call;
  return {
    ...{ callId, model, reply: text, reasoning, finishReason, latencyMs, attempts, endpoint, simulated },
    samples: call.samples.map((sample) => ({ reply: sample.text, reasoning: sample.reasoning })),
    promptTokens: usage?.promptTokens ?? 0,
    completionTokens: usage?.completionTokens ?? 0,
    firstTokenMs: call.timeToFirstTokenMs,
    fromCache: call.fromCache === true,
    ...defined({ messages }),
  };
}

function programShown({ program, verdict }: RetracedProgram): ProgramShown {
  const { code, tests } = program;
  return { program: code, ...defined({ tests }), ...(verdict && verdictShown(verdict)) };
}

function verdictShown({ kind, error, output, result }: CodeVerdict) {
  return { verdict: kind, error, output, result };
}
