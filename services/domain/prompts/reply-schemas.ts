import type { Benchmark } from '../benchmark.ts';
import { selectOperators } from '../operators/registry.ts';
import { type JsonSchema, objectOf, workflowSchema } from '../workflow/workflow-schema.ts';

/** From 0.0 to 1.0. A text, since no common grammar bounds a number that is not whole. */
const share = { type: 'string', pattern: '^(0[.][0-9]{1,3}|1[.]0)$' };

/** What a proposal in JSON looks like: jsonForm asks for it in words. */
export function proposalSchema({ operators }: Benchmark, asksForConfidence: boolean): JsonSchema {
  const { schema, definitions } = workflowSchema(selectOperators(operators));
  const parts = { modification: { type: 'string', minLength: 1, maxLength: 400 }, workflow: schema };
  return { ...objectOf(asksForConfidence ? { ...parts, confidence: share } : parts), $defs: definitions };
}

/** What a prediction in JSON looks like: reasons first, as in the tags. */
export const predictionSchema: JsonSchema = objectOf({
  reason: { type: 'string', minLength: 1, maxLength: 1500 },
  score: share,
});
