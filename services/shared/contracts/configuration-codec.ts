import type {
  BenchmarkReference,
  EvaluationSettings,
  ModelSettings,
  RunConfiguration,
  SearchSettings,
} from '../../domain/run/configuration.ts';
import { impliedKind, type RunKind, runKinds } from '../../domain/run/run-kind.ts';
import {
  RunConfiguration as ProtoConfiguration,
  type EvaluationSettings as ProtoEvaluation,
  type ModelSettings as ProtoModel,
  type SearchSettings as ProtoSearch,
} from './generated/scale/v1/event.ts';
import { oneOf, present, readJsonObject, readMessage, sortedJson } from './read-message.ts';
import { workflowFromProto, workflowToProto } from './workflow-codec.ts';

const contract = 'RunConfiguration';

/** Equal configurations give equal bytes: a run's id is derived from them. */
export function encodeConfiguration(configuration: RunConfiguration): Uint8Array {
  return ProtoConfiguration.encode(configurationToProto(configuration)).finish();
}

/** @throws ContractError */
export function decodeConfiguration(bytes: Uint8Array): RunConfiguration {
  return configurationFromProto(readMessage(contract, ProtoConfiguration, bytes));
}

export function configurationToProto(configuration: RunConfiguration): ProtoConfiguration {
  return {
    kind: configuration.kind,
    name: configuration.name,
    seed: configuration.seed,
    benchmark: { ...configuration.benchmark },
    executor: modelToProto(configuration.executor),
    optimizer: modelToProto(configuration.optimizer),
    search: searchToProto(configuration.search),
    evaluation: { ...configuration.evaluation, forecasts: configuration.evaluation.forecasts ?? false },
    initialWorkflow: workflowToProto(configuration.initialWorkflow),
  };
}

/** @throws ContractError */
export function configurationFromProto(configuration: ProtoConfiguration): RunConfiguration {
  const part = <T>(field: string, value: T | undefined): T => present(contract, field, value);
  const benchmark: BenchmarkReference = { ...part('benchmark', configuration.benchmark) };
  const search = part('search', configuration.search);
  const evaluation = evaluationFromProto(part('evaluation', configuration.evaluation));
  return {
    kind: kindFromProto(configuration.kind, search, evaluation),
    name: configuration.name,
    seed: configuration.seed,
    benchmark,
    executor: modelFromProto(part('executor', configuration.executor)),
    optimizer: modelFromProto(part('optimizer', configuration.optimizer)),
    search: searchFromProto(search),
    evaluation,
    initialWorkflow: workflowFromProto(part('initial_workflow', configuration.initialWorkflow)),
  };
}

function kindFromProto(kind: string, { mode, maxRounds }: ProtoSearch, { method }: EvaluationSettings): RunKind {
  if (kind !== '') return oneOf(contract, 'kind', runKinds, kind);
  const queryLevel = mode !== '' && oneOf(contract, 'search.mode', ['query-level'], mode) === 'query-level';
  return impliedKind({ queryLevel, maxRounds, method });
}

function searchToProto({
  canary = false,
  memory = false,
  invalidScoresZero = false,
  finalPick,
  ties,
  ...rest
}: SearchSettings): ProtoSearch {
  return { ...rest, canary, memory, invalidScoresZero, finalPick, mode: '', ties: ties ?? '' };
}

/** What is off is left out, as in runs from before there was such a setting. */
function searchFromProto({ canary, memory, invalidScoresZero, finalPick, mode: _, ties, ...rest }: ProtoSearch): SearchSettings {
  const order = ties === '' ? undefined : oneOf(contract, 'search.ties', ['newest'], ties);
  return {
    ...rest,
    ...(canary && { canary }),
    ...(memory && { memory }),
    ...(invalidScoresZero && { invalidScoresZero }),
    ...(finalPick && { finalPick }),
    ...(order && { ties: order }),
  };
}

function modelToProto(settings: ModelSettings): ProtoModel {
  const { temperature, topP, chatTemplateKwargs: kwargs, ...rest } = settings;
  return {
    ...rest,
    temperature: temperature ?? 0,
    topP: topP ?? 0,
    leftOut: [...(temperature === null ? ['temperature'] : []), ...(topP === null ? ['top_p'] : [])],
    chatTemplateKwargs: Object.keys(kwargs).length === 0 ? '' : sortedJson(kwargs),
  };
}

function modelFromProto(settings: ProtoModel): ModelSettings {
  const { temperature, topP, chatTemplateKwargs: text, leftOut, ...rest } = settings;
  return {
    ...rest,
    temperature: leftOut.includes('temperature') ? null : temperature,
    topP: leftOut.includes('top_p') ? null : topP,
    chatTemplateKwargs: text === '' ? {} : readJsonObject(contract, 'chat_template_kwargs', text),
  };
}

function evaluationFromProto({ forecasts, ...settings }: ProtoEvaluation): EvaluationSettings {
  return {
    ...settings,
    ...(forecasts && { forecasts }),
    draw: oneOf(contract, 'evaluation.draw', ['once', 'each-round'], settings.draw),
    alphaForm: oneOf(contract, 'evaluation.alpha_form', ['product', 'quotient'], settings.alphaForm),
  };
}
