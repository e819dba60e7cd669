import { z } from 'zod';
import type { OptionRule, ScorerKind } from '../../../domain/scoring/kinds/scorer-kind.ts';
import { ruleSchema } from '../../settings/rule-schema.ts';
import { settings, text } from '../../settings/rules.ts';

/** The settings of a scorer of that kind in a benchmark file, with the defaults filled in; files and endpoints are names here. */
export function scorerSchema(kind: ScorerKind) {
  const options = Object.entries(kind.options).map(([name, rule]) => [name, optionSchema(rule)] as const);
  return settings({ kind: z.literal(kind.name), ...Object.fromEntries(options) });
}

function optionSchema(rule: OptionRule): z.ZodType {
  if (rule.type === 'file') return text('must be the path of a file');
  if (rule.type === 'endpoint') return text('must be the name of an endpoint of the run file').default('');
  return ruleSchema(rule);
}
