import { z } from 'zod';
import { evaluationRules } from '../../../domain/run/evaluation-rules.ts';
import { convergenceRules, finalPickRules, searchRules } from '../../../domain/run/search-rules.ts';
import { namesIn } from '../../settings/registries.ts';
import { listed, written } from '../../settings/rules.ts';
import { type SettingTable, shapeOf } from '../../settings/setting-table.ts';
import { ownSettingChecks } from '../own-setting-checks.ts';

const convergence = written(
  z.preprocess(
    (value) => (value === 'off' || value === false ? { rounds: 0 } : value),
    z.strictObject(shapeOf(convergenceRules), { error: 'must be `off` or { rounds, top, z }' }),
  ),
  { also: [{ enum: ['off', false] }] },
).prefault({ rounds: 0 });

/** @param policy the one that the file chooses, whose own settings stand beside the others */
function finalPickSchema(policy: string) {
  const chosenBy = 'search.final_pick.policy';
  const own = ownSettingChecks({ registry: 'pick policies', name: policy, chosenBy, taken: Object.keys(finalPickRules) });
  const names = namesIn('pick policies');
  return written(
    z.preprocess(
      (value) => (names.includes(String(value)) ? { policy: value } : value),
      z.strictObject(
        { ...own, ...shapeOf(finalPickRules) },
        { error: `must be ${listed(names)}, or { ${Object.keys(finalPickRules).join(', ')} }` },
      ),
    ),
    { also: [{ enum: names }] },
  ).prefault({});
}

/** @param policy the pick policy that the file chooses */
export function searchTable(policy: string) {
  return {
    ...searchRules,
    convergence: {
      type: 'special',
      schema: convergence,
      description:
        "AFlow's early stop, for scores of all queries: [more below](#equal-scores-and-the-early-stop-ties-convergence)",
      range: '`off`, or a group of the next three',
      shownDefault: '`off`',
    },
    invalid: {
      type: 'choice',
      choices: ['retry', 'zero'],
      default: 'retry',
      description:
        'a proposal that breaks a static rule is asked for again; or, as in the paper, it ends its round with the score 0.0',
    },
    mode: {
      type: 'choice',
      choices: ['task-level', 'query-level'],
      default: 'task-level',
      description:
        'one workflow for all queries; or one for each, the baseline: [more below](#a-workflow-for-each-query-mode-query-level)',
    },
    final_pick: {
      type: 'special',
      schema: finalPickSchema(policy),
      description: 'how the winner is named; the name of a policy alone is enough',
      range: 'a name, or a group of the next three',
      shownDefault: `\`${finalPickRules.policy.default}\``,
    },
  } as const satisfies SettingTable;
}

/** @param method the one that the file chooses, whose own settings stand beside the others */
export function evaluationShape(method: string) {
  const chosenBy = 'evaluation.method';
  const own = ownSettingChecks({ registry: 'evaluation methods', name: method, chosenBy, taken: Object.keys(evaluationRules) });
  return { ...own, ...shapeOf(evaluationRules) };
}
