/** What programs may import of the package: docs/library.md. What is not exported here may change with any version. */
export type { Benchmark, Query } from '../domain/benchmark.ts';
export { type Failure, FailureError } from '../domain/failure.ts';
export type { ChatMessage, CodeRunner, ModelClient, ModelReply, ModelRequest, Usage } from '../domain/ports.ts';
export type { RunConfiguration } from '../domain/run/configuration.ts';
export type { RunEvent } from '../domain/run/event.ts';
export type { Round, RunState } from '../domain/run/state.ts';
export { workflowFileText } from '../shared/benchmarks/workflow-file-text.ts';
export { type RunFile, readRunFile } from '../shared/config/run-file.ts';
export { createLazySandbox as createSandbox } from '../shared/sandbox/lazy-sandbox.ts';
export { type ChatCompletions, type ChatSettings, chatClient } from './chat-client.ts';
export { type RunWorkflowOptions, runWorkflow, type WorkflowRun } from './run-workflow.ts';
export { type SearchOptions, type SearchPorts, searchWorkflows, type WantedModel } from './search-workflows.ts';
