import type { FailureGroup } from '../../../domain/report/report-model.ts';
import type { Section } from '../../../shared/document/document.ts';
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
    'Executions that ended without an answer; each scores 0 and is shown to the optimizer.',
    executionFailures,
  );

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
