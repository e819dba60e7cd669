import { exact } from '../../../shared/document/format.ts';
import type { RunSection } from './run-section.ts';

export const pick: RunSection = ({ pick: verdict }) => {
  if (verdict === undefined) return undefined;
  const { round, policy, executions, comparisons, tied } = verdict;
  return {
    id: 'pick',
    title: 'How sure the pick is',
    filesOnly: true,
    blocks: [
      { kind: 'text', text: `Round ${round}, picked by ${policy}. The pick itself took ${exact(executions)} executions.` },
      {
        kind: 'table',
        title: 'The winner against each of the other workflows',
        folded: true,
        of: 'round',
        columns: [{ name: 'queries in common' }, { name: 'difference' }, { name: 'p' }, { name: '', text: true }],
        rows: comparisons.map(({ round: other, queries, difference, pValue }) => ({
          name: `${other}`,
          cells: [
            { unit: 'count', value: queries },
            difference === undefined ? undefined : { unit: 'difference', value: difference },
            pValue === undefined ? undefined : { unit: 'probability', value: pValue },
            tied.includes(other) ? 'cannot be told apart' : '',
          ],
        })),
      },
    ],
  };
};
