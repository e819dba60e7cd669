import { type FailureClass, failureClasses } from '../../../domain/failure-class.ts';
import type { FailureGroup, RoundReport } from '../../../domain/report/report-model.ts';
import type { Column, Section } from '../../../shared/document/document.ts';
import type { RunSection } from './run-section.ts';

export const refusedProposals: RunSection = ({ refusals }) =>
  failureSection(
    { id: 'refusals', title: 'Refused proposals' },
    'Edits that the optimizer proposed and that were refused before any query was executed with them.',
    refusals,
  );

export const failedExecutions: RunSection = ({ executionFailures }) =>
  failureSection(
    { id: 'failures', title: 'Failed executions' },
    'Executions that ended without an answer; each scores 0 and is shown to the optimizer, unless the reason is one of the infrastructure: such an execution counts in no score.',
    executionFailures,
  );

/** What went wrong in each round, by class, with an example; rounds in which nothing did are left out. */
export const failuresByRound: RunSection = ({ rounds }) => {
  const failing = rounds.filter(({ failures }) => failures.length > 0);
  if (failing.length === 0) return undefined;
  const shown = failureClasses.filter((each) => failing.some((round) => countOf(round, each) > 0));
  const rows = failing.map((round) => ({
    name: `${round.round}`,
    cells: [
      `${round.queries.scored} of ${round.queries.executed}`,
      ...shown.map((each) => ({ unit: 'count', value: countOf(round, each) }) as const),
      round.failures.flatMap(({ kind, examples: [first] }) => (first === undefined ? [] : [`${kind}: ${first.message}`])),
    ],
  }));
  const columns: readonly Column[] = [
    { name: 'queries with a score', text: true },
    ...shown.map((name) => ({ name })),
    { name: 'examples', text: true },
  ];
  const text =
    'Executions of each round that ended without a right answer, by class; infrastructure and throttled count in no score.';
  return {
    id: 'failures-by-round',
    title: 'Failures by round',
    filesOnly: true,
    blocks: [
      { kind: 'text', text },
      { kind: 'table', of: 'round', columns, rows },
    ],
  };
};

function countOf({ failures, wrongAnswers }: RoundReport, wanted: FailureClass): number {
  if (wanted === 'wrong-answer') return wrongAnswers;
  return failures.reduce((sum, group) => (group.class === wanted ? sum + group.count : sum), 0);
}

function failureSection(
  heading: Pick<Section, 'id' | 'title'>,
  explanation: string,
  groups: readonly FailureGroup[],
): Section | undefined {
  if (groups.length === 0) return undefined;
  const rows = groups.map(({ kind, count, examples }) => ({
    name: kind,
    cells: [{ unit: 'count', value: count } as const, examples.map(({ round, message }) => `round ${round}: ${message}`)],
  }));
  const columns = [{ name: 'count' }, { name: 'examples', text: true, filesOnly: true }] as const;
  return {
    ...heading,
    blocks: [
      { kind: 'text', text: explanation, filesOnly: true },
      { kind: 'table', of: 'kind', columns, rows },
    ],
  };
}
