import type { Benchmark } from '../../domain/benchmark.ts';
import { buildPredictionPrompt } from '../../domain/prompts/build-prediction-prompt.ts';
import {
  answersShown,
  asksForConfidence,
  buildProposalPrompt,
  type ExecutionPlace,
  type OutcomeTexts,
} from '../../domain/prompts/build-proposal-prompt.ts';
import { buildQueryProposalPrompt } from '../../domain/prompts/build-query-proposal-prompt.ts';
import { jsonForm, type ReplyForm, taggedForm } from '../../domain/prompts/reply-form.ts';
import { predictionSchema, proposalSchema } from '../../domain/prompts/reply-schemas.ts';
import type { ExecuteCommand, PlannedExecution, ProposeCommand, WorkCommand } from '../../domain/run/command.ts';
import { type CompletionCommand, completionJobId, executionJobId } from '../../domain/run/job-id.ts';
import { executedWorkflows } from '../../domain/run/query-workflows.ts';
import type { RunState } from '../../domain/run/state.ts';
import { hasJsonForm } from '../../domain/workflow/json-form.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import type { JsonSchema } from '../../domain/workflow/workflow-schema.ts';
import type { Body, Job } from '../../shared/contracts/generated/scale/v1/job.ts';
import { Workflow as WorkflowMessage } from '../../shared/contracts/generated/scale/v1/workflow.ts';
import { structuredPromptToJson } from '../../shared/contracts/structured-prompt.ts';
import { workflowToProto } from '../../shared/contracts/workflow-codec.ts';
import { blobName } from '../../shared/messaging/blob-name.ts';

export interface JobSource {
  readonly runId: string;
  readonly epoch: number;
  readonly benchmark: Benchmark;
  /** What the log has of these executions' answers, and of what the scorer says of them, by answerKey. */
  readonly answers: (places: readonly ExecutionPlace[]) => Promise<ReadonlyMap<string, OutcomeTexts>>;
}

const executionTimeLimitMs = 15 * 60_000;
const completionTimeLimitMs = 10 * 60_000;

export interface JobsOfCommand {
  /** In the command's order. */
  readonly jobs: readonly Job[];
  /** What they name, by its name; some of it is in a job as well. */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

/** What is larger is read from the store of blobs alone. */
const mostBytesInJob = 64 * 1024;

/** The jobs of a command. Deterministic but for the epoch. */
export async function jobsOf(command: WorkCommand, state: RunState, source: JobSource): Promise<JobsOfCommand> {
  if (command.kind === 'execute') return executionJobs(command, state, source);
  const { benchmark } = source;
  const { round, turn } = command;
  const promptIn = await promptsOf(command, state, source);
  const prompt = bodyOf(new TextEncoder().encode(promptIn(taggedForm)));
  const schema = schemaOf(command, state, benchmark);
  const structured =
    schema === undefined ? undefined : bodyOf(new TextEncoder().encode(structuredPromptToJson(promptIn(jsonForm), schema)));
  const bodies = structured === undefined ? [prompt] : [prompt, structured];
  const value = { round, attempt: turn, promptBlob: prompt.blob, structuredBlob: structured?.blob ?? '' };
  const jobs = [job(source, completionJobId(command), completionTimeLimitMs, { $case: command.kind, value }, bodies)];
  return { jobs, blobs: new Map(bodies.map(({ blob, content }) => [blob, content])) };
}

function bodyOf(content: Uint8Array): Body {
  return { blob: blobName(content), content: Buffer.from(content) };
}

/** The prompt in any form. */
async function promptsOf(
  command: CompletionCommand,
  state: RunState,
  { benchmark, answers }: Pick<JobSource, 'benchmark' | 'answers'>,
): Promise<(form: ReplyForm) => string> {
  const { round, turn } = command;
  const request = { state, benchmark, round, turn };
  if (command.kind === 'predict') return (form) => buildPredictionPrompt(request, form);
  const { queryIndex } = command;
  if (queryIndex !== undefined) return (form) => buildQueryProposalPrompt({ ...request, queryIndex }, form);
  const shown = await answers(answersShown(request));
  return (form) => buildProposalPrompt({ ...request, answers: shown }, form);
}

/** Of the reply, if the run wants one and the workflow to be shown can be written so. */
function schemaOf(command: CompletionCommand, state: RunState, benchmark: Benchmark): JsonSchema | undefined {
  const { optimizer, evaluation } = state.configuration;
  if (optimizer.structured === undefined) return undefined;
  if (command.kind === 'predict') return predictionSchema;
  if (!shownWorkflows(command, state).every(hasJsonForm)) return undefined;
  return proposalSchema(benchmark, command.queryIndex === undefined && asksForConfidence(evaluation));
}

/** Those that a proposal begins from. */
function shownWorkflows({ round, queryIndex }: ProposeCommand, { rounds }: RunState): (Workflow | undefined)[] {
  const { parentRound = 0, mergedRound = parentRound } = rounds[round - 1] ?? {};
  const shown = queryIndex === undefined ? [parentRound, mergedRound] : [round];
  return shown.map((each) => rounds[each - 1]?.workflow);
}

function executionJobs(command: ExecuteCommand, state: RunState, source: JobSource): JobsOfCommand {
  const round = state.rounds[command.round - 1];
  if (!round?.workflow) throw new Error(`round ${command.round} has no workflow to execute`);
  const workflowFor = executedWorkflows(round);
  const hashOf = ({ workflowHash = command.workflowHash }: PlannedExecution): string => workflowHash;
  const of = Map.groupBy(command.executions, hashOf);
  const bodies = new Map<string, Body>();
  const jobs: Job[] = [];
  const final = command.purpose === 'final' ? { purpose: command.purpose } : {};
  for (const execution of command.executions) {
    const { queryIndex, repeat } = execution;
    const workflowHash = hashOf(execution);
    const workflow = workflowFor(queryIndex)?.workflow ?? round.workflow;
    const body = bodies.get(workflowHash) ?? bodyOf(WorkflowMessage.encode(workflowToProto(workflow)).finish());
    bodies.set(workflowHash, body);
    const value = { workflowHash, queryIndex, repeat, workflowBlob: body.blob, round: command.round, ...final };
    const own = of.get(workflowHash)?.length === 1 ? [body] : [];
    const jobId = executionJobId(workflowHash, queryIndex, repeat);
    jobs.push(job(source, jobId, executionTimeLimitMs, { $case: 'execute', value }, own));
  }
  return { jobs, blobs: new Map([...bodies.values()].map(({ blob, content }) => [blob, content])) };
}

/** @param bodies that no other job of its command names */
function job(
  { runId, epoch }: JobSource,
  jobId: string,
  timeLimitMs: number,
  work: NonNullable<Job['work']>,
  bodies: readonly Body[],
): Job {
  const small = bodies.filter(({ content }) => content.length <= mostBytesInJob);
  return { schemaVersion: 1, runId, jobId, epoch, newUnder: '', timeLimitMs, work, bodies: small };
}
