import { z } from 'zod';
import type { OptionRule, ScorerKind } from '../../domain/scoring/kinds/scorer-kind.ts';
import { choice, decimal, flag, integer, settings, text } from '../settings/rules.ts';

/** The settings of a scorer of that kind in a benchmark file, with the defaults filled in; files and endpoints are names here. */
export function scorerSchema(kind: ScorerKind) {
  const options = Object.entries(kind.options).map(([name, rule]) => [name, optionSchema(rule)] as const);
  return settings({ kind: z.literal(kind.name), ...Object.fromEntries(options) });
}

function optionSchema(rule: OptionRule): z.ZodType {
  switch (rule.type) {
    case 'flag':
      return flag().default(rule.default);
    case 'number':
      return (rule.whole ? integer(rule.low, rule.high) : decimal(rule.low, rule.high)).default(rule.default);
    case 'text':
      return rule.default === undefined ? text() : z.string({ error: 'must be a text' }).default(rule.default);
    case 'texts': {
      const item = rule.choices === undefined ? text() : choice(rule.choices as readonly [string, ...string[]]);
      return z.array(item, { error: 'must be a list of texts' }).default([...rule.default]);
    }
    case 'file':
      return text('must be the path of a file');
    case 'endpoint':
      return text('must be the name of an endpoint of the run file').default('');
  }
}
