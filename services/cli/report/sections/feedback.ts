import { oneLine } from '../../../shared/document/format.ts';
import type { RunSection } from './run-section.ts';

const roundsNamed = 8;

/** What the optimizer was told of wrong answers. */
export const feedback: RunSection = ({ feedback: groups }) => {
  if (groups === undefined) return undefined;
  const rows = groups.map(({ text, count, meanScore, rounds }) => ({
    name: oneLine(text, 300),
    cells: [
      { unit: 'count', value: count } as const,
      { unit: 'score', value: meanScore } as const,
      `${rounds.slice(0, roundsNamed).join(', ')}${rounds.length > roundsNamed ? ', …' : ''}`,
    ],
  }));
  return {
    id: 'feedback',
    title: 'What the scorer says',
    filesOnly: true,
    blocks: [
      {
        kind: 'text',
        text: 'Said of answers that are not right, the most frequent first. The optimizer reads it with the queries that it is shown.',
      },
      {
        kind: 'table',
        of: 'it says',
        columns: [{ name: 'answers' }, { name: 'mean score' }, { name: 'rounds', text: true }],
        rows,
      },
    ],
  };
};
