import { expect, test } from 'vitest';
import { evaluationRules } from '../../../../services/domain/run/evaluation-rules.ts';
import { finalPickRules, searchRules } from '../../../../services/domain/run/search-rules.ts';
import { camelCase, configured, defaultsOf } from '../../../../services/domain/settings/configured.ts';
import type { SettingRules } from '../../../../services/domain/settings/setting-rule.ts';
import { ContractError } from '../../../../services/shared/contracts/contract-error.ts';
import {
  EvaluationSettings,
  FinalPickSettings,
  SearchSettings,
} from '../../../../services/shared/contracts/generated/scale/v1/event.ts';
import { settingsFromProto, settingsToProto } from '../../../../services/shared/contracts/settings-codec.ts';

/** What a later version has: one more entry, which no message has a field for. */
const later = {
  ...evaluationRules,
  shown_scores: { type: 'number', low: 0, high: 9, default: 3, leftOut: 0, description: 'an idea' },
} as const satisfies SettingRules;
const blank = EvaluationSettings.fromPartial({});
const read = (message: EvaluationSettings) => settingsFromProto('RunConfiguration', 'evaluation', later, message);

test('a setting that a table has gained travels without a field of its own', () => {
  const settings = configured(later, defaultsOf(later));
  expect(settings.shownScores).toBe(3);
  const message = settingsToProto(later, blank, { ...settings, own: { weight: 0.5, words: ['a', 'b'] } });
  expect(message.otherSettings).toBe('{"few_shot_floor":20,"shown_scores":3,"weight":0.5,"words":["a","b"]}');
  const bytes = EvaluationSettings.encode(message).finish();
  expect(read(EvaluationSettings.decode(bytes))).toEqual({ ...settings, own: { weight: 0.5, words: ['a', 'b'] } });
});

test('with the value that it leaves out, a message is what it was before', () => {
  const before = settingsToProto(evaluationRules, blank, configured(evaluationRules, defaultsOf(evaluationRules)));
  const settings = configured(later, { ...defaultsOf(later), shown_scores: 0 });
  expect(settingsToProto(later, blank, settings)).toEqual(before);
  expect(read(before)).toEqual(settings);
});

test.each(['[1]', '{', '{"weight":{"a":1}}', '{"weight":[1]}', '{"weight":null}'])('%s as other settings is refused', (text) => {
  expect(() => read({ ...blank, draw: 'once', alphaForm: 'product', otherSettings: text })).toThrow(ContractError);
});

test('every setting without a field of its own says which value is left out, or no run from before would be found', () => {
  const tables: [SettingRules, object][] = [
    [evaluationRules, blank],
    [searchRules, SearchSettings.fromPartial({})],
    [finalPickRules, FinalPickSettings.fromPartial({})],
  ];
  const careless = { careless: { type: 'flag', default: true, description: 'd' } } as const;
  const unsaid = ([rules, message]: [SettingRules, object]) =>
    Object.entries(rules).flatMap(([name, { leftOut }]) => (camelCase(name) in message || leftOut !== undefined ? [] : [name]));
  expect(tables.flatMap(unsaid)).toEqual([]);
  expect(unsaid([careless, blank])).toEqual(['careless']);
});
