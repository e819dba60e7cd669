import { defined } from '../defined.ts';
import { type EvaluationMethods, evaluationMethods } from '../evaluation/registry.ts';
import { defaultPickSettings, type PickPolicies, pickPolicies } from '../picking/registry.ts';
import type { EvaluationSettings } from '../run/configuration.ts';
import type { Objective } from '../run/objective.ts';
import type { ReplayBudget, ReplayMemory, ReplayPlan } from './replay-plan.ts';

/** What a replay compares: plain data, so that it can be handed to another thread and written into a report. */
export interface Strategy {
  /** What the tables call it. */
  readonly name: string;
  readonly method: string;
  readonly pick: string;
  readonly warmUpRounds: number;
  readonly fewShotRatio: number;
  /** Undefined: the scores alone are asked for, and nothing is picked. */
  readonly budget?: ReplayBudget;
  readonly settings?: Partial<EvaluationSettings>;
  readonly topK?: number;
  readonly memory?: ReplayMemory;
  /** What is looked for; absent: the highest score, whatever it costs. */
  readonly objective?: Objective;
  /** Rounds in flight together; absent: one. */
  readonly parallelism?: number;
  /** What a run does by default: a choice by records is compared with it. */
  readonly isShipped?: true;
}

/** @throws UnknownNameError */
export function planOf(
  strategy: Strategy,
  defaults: EvaluationSettings,
  methods: EvaluationMethods = evaluationMethods,
  policies: PickPolicies = pickPolicies,
): ReplayPlan {
  const { method, pick, warmUpRounds, fewShotRatio, budget, settings, topK, memory, objective, parallelism = 1 } = strategy;
  return {
    method: methods.named(method),
    settings: { ...defaults, ...settings, method, warmUpRounds, fewShotRatio },
    pick: policies.named(pick),
    pickSettings: { ...defaultPickSettings, ...defined({ topK }) },
    parallelism,
    ...defined({ budget, memory, objective }),
  };
}

/** The methods one by one, each after the same warm-up and with the same share of the queries. */
export function scoreStrategies(methods: readonly string[], warmUpRounds: number, fewShotRatio: number): Strategy[] {
  return methods.flatMap((method) => {
    const strategy = { method, pick: 'argmax', warmUpRounds, fewShotRatio };
    const { forms } = evaluationMethods.named(method);
    return forms === undefined ? [{ ...strategy, name: method }] : forms.map((form) => ({ ...strategy, ...form }));
  });
}

/** The methods that need no warm-up, without one, where memory takes its place. */
export function memoryStrategies(methods: readonly string[], fewShotRatio: number): Strategy[] {
  return methods.filter(livesOnMemory).flatMap((method): Strategy[] => {
    const cold = { method, pick: 'argmax', warmUpRounds: 0, fewShotRatio };
    return [
      { ...cold, name: `${method}, no warm-up` },
      { ...cold, name: `${method}, no warm-up, memory of such searches`, memory: 'alike' },
      { ...cold, name: `${method}, no warm-up, memory of full searches`, memory: 'full' },
    ];
  });
}

function livesOnMemory(method: string): boolean {
  return evaluationMethods.named(method).livesOnMemory === true;
}

/** Full validation of everything: the noise that is left when nothing is saved. */
export const fullValidation: Strategy = {
  name: 'full validation',
  method: 'full',
  pick: 'argmax',
  warmUpRounds: 0,
  fewShotRatio: 1,
  budget: { share: 1, arrival: 1 },
};

/** Ways to spend a budget that are worth a comparison: the paper's, and those that should beat them. */
export function pickStrategies(share: number): Strategy[] {
  const paper = { pick: 'argmax', warmUpRounds: 3, fewShotRatio: 0, budget: { share, arrival: 1 } };
  const model = { method: 'rasch', pick: 'refine', warmUpRounds: 0, fewShotRatio: 0, budget: { share, arrival: 0.25 } };
  const rungs = { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0, budget: { share, arrival: 'rung' as const } };
  return [
    { ...paper, name: 'paper: S_few, 3 warm-ups, argmax', method: 'few-shot' },
    { ...paper, name: 'paper: Eq 9 product, 3 warm-ups, argmax', method: 'scale' },
    {
      ...paper,
      name: 'paper: Eq 9 quotient, 3 warm-ups, argmax',
      method: 'scale',
      settings: { alphaForm: 'quotient' },
    },
    {
      name: 'paper at its kindest: 1 warm-up, top 2 in full',
      method: 'few-shot',
      pick: 'top',
      topK: 2,
      warmUpRounds: 1,
      fewShotRatio: 0,
      budget: { share, arrival: 0.5 },
    },
    { ...paper, name: 'difference, 3 warm-ups, argmax', method: 'difference' },
    { ...rungs, name: 'halving', pick: 'halving' },
    { ...rungs, name: 'race', pick: 'race' },
    { ...rungs, name: 'few-shot, race, 1/3 on arrival, whatever it costs', pick: 'race', budget: { share, arrival: 1 / 3 } },
    {
      ...rungs,
      name: 'the default: the same, and the cheapest of equals for its age',
      pick: 'race',
      objective: { kind: 'score' },
      budget: { share, arrival: 1 / 3 },
      isShipped: true,
    },
    { ...model, name: 'rasch, refine' },
    { ...model, name: 'rasch, refine, memory of such searches', memory: 'alike' },
    { ...model, name: 'rasch, refine, memory of full searches', memory: 'full' },
  ];
}
