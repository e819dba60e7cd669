import type { BenchmarkReference, ModelSettings, RunConfiguration, SearchSettings } from '../../domain/run/configuration.ts';
import { evaluationRules } from '../../domain/run/evaluation-rules.ts';
import { impliedKind, type RunKind, runKinds } from '../../domain/run/run-kind.ts';
import { finalPickRules, searchRules } from '../../domain/run/search-rules.ts';
import {
  type RunConfiguration as ProtoConfiguration,
  EvaluationSettings as ProtoEvaluation,
  FinalPickSettings as ProtoFinalPick,
  type ModelSettings as ProtoModel,
  SearchSettings as ProtoSearch,
} from './generated/scale/v1/event.ts';
import { oneOf, present, readJsonObject, sortedJson } from './read-message.ts';
import { settingsFromProto, settingsToProto } from './settings-codec.ts';
import { workflowFromProto, workflowToProto } from './workflow-codec.ts';

const contract = 'RunConfiguration';

/** Equal configurations give equal messages: a run's id is derived from them. */
export function configurationToProto(configuration: RunConfiguration): ProtoConfiguration {
  return {
    kind: configuration.kind,
    name: configuration.name,
    seed: configuration.seed,
    benchmark: { ...configuration.benchmark, classes: [...(configuration.benchmark.classes ?? [])] },
    executor: modelToProto(configuration.executor),
    optimizer: modelToProto(configuration.optimizer),
    search: searchToProto(configuration.search),
    evaluation: settingsToProto(evaluationRules, ProtoEvaluation.fromPartial({}), configuration.evaluation),
    initialWorkflow: workflowToProto(configuration.initialWorkflow),
  };
}

/** @throws ContractError */
export function configurationFromProto(configuration: ProtoConfiguration): RunConfiguration {
  const part = <T>(field: string, value: T | undefined): T => present(contract, field, value);
  const { classes, ...reference } = part('benchmark', configuration.benchmark);
  const benchmark: BenchmarkReference = { ...reference, ...(classes.length > 0 && { classes }) };
  const search = part('search', configuration.search);
  const evaluation = part('evaluation', configuration.evaluation);
  return {
    kind: kindFromProto(configuration.kind, search, evaluation),
    name: configuration.name,
    seed: configuration.seed,
    benchmark,
    executor: modelFromProto(part('executor', configuration.executor)),
    optimizer: modelFromProto(part('optimizer', configuration.optimizer)),
    search: searchFromProto(search),
    evaluation: settingsFromProto(contract, 'evaluation', evaluationRules, evaluation),
    initialWorkflow: workflowFromProto(part('initial_workflow', configuration.initialWorkflow)),
  };
}

function kindFromProto(kind: string, { mode, maxRounds }: ProtoSearch, { method }: ProtoEvaluation): RunKind {
  if (kind !== '') return oneOf(contract, 'kind', runKinds, kind);
  const queryLevel = mode !== '' && oneOf(contract, 'search.mode', ['query-level'], mode) === 'query-level';
  return impliedKind({ queryLevel, maxRounds, method });
}

function searchToProto({ finalPick, ...search }: SearchSettings): ProtoSearch {
  const pick = finalPick && settingsToProto(finalPickRules, ProtoFinalPick.fromPartial({}), finalPick);
  return { ...settingsToProto(searchRules, ProtoSearch.fromPartial({}), search), finalPick: pick };
}

/** What is off is left out, as in runs from before the setting existed. */
function searchFromProto(message: ProtoSearch): SearchSettings {
  const { convergenceRounds, convergenceTop, convergenceZ, invalidScoresZero, finalPick } = message;
  const pick = finalPick && settingsFromProto(contract, 'search.final_pick', finalPickRules, finalPick);
  return {
    ...settingsFromProto(contract, 'search', searchRules, message),
    ...{ convergenceRounds, convergenceTop, convergenceZ },
    ...(invalidScoresZero && { invalidScoresZero }),
    ...(pick && { finalPick: pick }),
  };
}

export function modelToProto(settings: ModelSettings): ProtoModel {
  const { temperature, topP, chatTemplateKwargs: kwargs, structured = '', joinSamples = false, ...rest } = settings;
  return {
    ...rest,
    structured,
    joinSamples,
    temperature: temperature ?? 0,
    topP: topP ?? 0,
    leftOut: [...(temperature === null ? ['temperature'] : []), ...(topP === null ? ['top_p'] : [])],
    chatTemplateKwargs: Object.keys(kwargs).length === 0 ? '' : sortedJson(kwargs),
  };
}

/** @throws ContractError */
export function modelFromProto(settings: ProtoModel): ModelSettings {
  const { temperature, topP, chatTemplateKwargs: text, leftOut, structured, joinSamples, ...rest } = settings;
  return {
    ...rest,
    ...(joinSamples && { joinSamples }),
    ...(structured === '' ? {} : { structured: oneOf(contract, 'structured', ['auto', 'on'], structured) }),
    temperature: leftOut.includes('temperature') ? null : temperature,
    topP: leftOut.includes('top_p') ? null : topP,
    chatTemplateKwargs: text === '' ? {} : readJsonObject(contract, 'chat_template_kwargs', text),
  };
}
