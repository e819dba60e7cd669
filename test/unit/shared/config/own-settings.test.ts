import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withSettingTables } from '../../../../scripts/tables/setting-tables.ts';
import { describeChoices } from '../../../../services/cli/runs/describe-choices.ts';
import { describeDifferences } from '../../../../services/cli/runs/describe-differences.ts';
import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';
import { pickPolicies } from '../../../../services/domain/picking/registry.ts';
import type { RunConfiguration } from '../../../../services/domain/run/configuration.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { parseRunFile } from '../../../../services/shared/config/parse-run-file.ts';
import { type RunFile, readRunFile } from '../../../../services/shared/config/run-file.ts';
import { configurationToProto } from '../../../../services/shared/contracts/configuration-codec.ts';
import { decodeEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { runIdOf } from '../../../../services/shared/contracts/run-id.ts';
import { addToRegistry } from '../../../support/add-to-registry.ts';
import { reportOf } from '../../cli/report/made-up-report.ts';
import { asHtml } from '../../cli/report/written-report.ts';
import { pulledToParent } from '../../domain/evaluation/pulled-to-parent.ts';
import { nthBest } from '../../domain/picking/nth-best.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

// What the line in each registry does.
const added = [
  addToRegistry(evaluationMethods, pulledToParent.name, pulledToParent),
  addToRegistry(pickPolicies, nthBest.name, nthBest),
];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-own-settings-'));
});
afterAll(async () => {
  for (const takeOut of added) takeOut();
  await rm(folder, { recursive: true });
});

async function runFile(...lines: readonly string[]): Promise<RunFile> {
  const path = join(folder, 'run.yaml');
  await writeFile(path, ['benchmark: sample', ...lines].join('\n'));
  return readRunFile(path);
}
const method = (settings = '') => `evaluation: { method: pulled-to-parent${settings} }`;
const pick = (settings = '') => `search: { final_pick: { policy: nth-best${settings} } }`;

/** The run that a file's settings of search and evaluation make of a made-up world. */
function outcomeOf({ search: { finalPick }, evaluation }: RunConfiguration): RunState {
  const settings = { evaluation, search: { maxRounds: 8, ...(finalPick && { finalPick }) } };
  return continueRun(madeUpWorld(3), madeUpConfiguration({ queryCount: 40, ...settings })).state;
}

describe('settings that an evaluation method and a pick policy bring', () => {
  test('are accepted where their owner is chosen, with their defaults, and are part of what the run is', async () => {
    const plain = await runFile(method(), pick());
    expect(plain.configuration.evaluation.own).toEqual({ parent_weight: 0.5, first_round: 'as-it-is' });
    expect(plain.configuration.search.finalPick).toMatchObject({ policy: 'nth-best', own: { place: 1 } });
    const told = await runFile(method(', parent_weight: 0.9'), pick(', place: 2'));
    expect(told.configuration.evaluation.own).toEqual({ parent_weight: 0.9, first_round: 'as-it-is' });
    expect(told.configuration.search.finalPick?.own).toEqual({ place: 2 });
    expect(runIdOf(told.configuration)).not.toBe(runIdOf(plain.configuration));
    expect(told.written).toContain('"parent_weight":0.9');
    expect(describeDifferences(plain, told)).toEqual([
      'search.final_pick.place changed from 1 to 2',
      'evaluation.parent_weight changed from 0.5 to 0.9',
    ]);
  });

  test.each([
    [[method(', parent_weight: 2')], /:2: evaluation\.parent_weight must be a number from 0 to 1, but is 2$/],
    [[method(', first_round: third')], /evaluation\.first_round must be as-it-is or halved, but is "third"$/],
    [[method(', parent_wieght: 1')], /evaluation has no setting "parent_wieght"; did you mean "parent_weight"\?$/],
    [
      ['evaluation: { method: full, parent_weight: 0.5 }'],
      /evaluation\.parent_weight must be left out unless evaluation\.method is pulled-to-parent, but is 0\.5$/,
    ],
    [
      ['evaluation: { parent_weight: 0.5 }'],
      /evaluation\.parent_weight must be left out unless evaluation\.method is pulled-to-parent, but is 0\.5$/,
    ],
    [[pick(', place: 0')], /search\.final_pick\.place must be a whole number from 1 to 10, but is 0$/],
    [
      ['search: { final_pick: { place: 1 } }'],
      /search\.final_pick\.place must be left out unless search\.final_pick\.policy is nth-best, but is 1$/,
    ],
  ])('are checked like any other: %s', (lines, message) => {
    expect(() => parseRunFile(['benchmark: sample', ...lines].join('\n'), 'my-run.yaml')).toThrow(message);
  });

  test('travel through the contract and the log; who has none leaves its bytes as they were', async () => {
    const { configuration } = await runFile(method(', parent_weight: 0.25'), pick(', place: 3'));
    const started = { kind: 'run-started', configuration } as const;
    expect(decodeEvent(encodeEvent('run-1', started)).event).toEqual(started);
    const before = [
      'search: { parallelism: 1, feedback_tokens: 0, objective: highest-score }',
      'evaluation: { few_shot_floor: 1 }',
    ];
    const { search, evaluation } = configurationToProto((await runFile(...before)).configuration);
    expect([search, search?.finalPick, evaluation].map((group) => group?.otherSettings)).toEqual(['', '', '']);
  });

  test('reach their owner', async () => {
    const { rounds, bestRound } = outcomeOf((await runFile(method(', parent_weight: 0.25'), pick(', place: 2'))).configuration);
    const scored = rounds.filter(({ evaluation }) => evaluation?.method === 'pulled-to-parent');
    expect(scored.length).toBeGreaterThan(3);
    for (const { evaluation, parentRound } of scored) {
      const parent = rounds[parentRound - 1]?.evaluation?.score;
      const few = evaluation?.fewShot ?? Number.NaN;
      expect(evaluation?.score).toBeCloseTo(parent === undefined ? few : 0.25 * parent + 0.75 * few, 12);
    }
    const ranked = rounds
      .filter(({ evaluation }) => evaluation !== undefined)
      .toSorted((a, b) => (b.evaluation?.score ?? 0) - (a.evaluation?.score ?? 0) || a.round - b.round);
    expect(bestRound).toBe(ranked[1]?.round);
  });

  test('show in the tables of the documentation, in the help of `scale run`, and in the report', async () => {
    const page = await readFile(join(import.meta.dirname, '../../../../docs/run-file.md'), 'utf8');
    const fresh = withSettingTables(page);
    expect(page).not.toContain('parent_weight');
    expect(fresh).toContain("| `parent_weight` | `0.5` | 0 to 1 | of `pulled-to-parent` alone: what the parent's score weighs |");
    expect(fresh).toContain(
      '| `final_pick.place` | `1` | whole, 1 to 10 | of `nth-best` alone: the place, from the best, that wins |',
    );
    expect(describeChoices()).toContain("    parent_weight (0 to 1; default 0.5): what the parent's score weighs");
    const state = outcomeOf((await runFile(method(', parent_weight: 0.25'))).configuration);
    const report = reportOf(state);
    expect(report.configuration.evaluation.own).toEqual({ parent_weight: 0.25, first_round: 'as-it-is' });
    expect(asHtml(report)).toContain('parent_weight');
  });

  test('cannot be called as a setting that all have', () => {
    const tau = { tau: { type: 'flag', default: true, description: 'd' } } as const;
    const takeOut = addToRegistry(evaluationMethods, 'clashing', { ...pulledToParent, name: 'clashing', settings: tau });
    try {
      expect(() => parseRunFile('benchmark: sample', '')).toThrow('clashing has a setting of its own called tau, which all have');
    } finally {
      takeOut();
    }
  });
});
