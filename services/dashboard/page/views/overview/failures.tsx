import type { RunReport } from '../../../api/run-answer.ts';
import { plural } from '../../numbers.ts';
import { Section } from '../../parts/card.tsx';
import { links } from '../../route.ts';

export function Failures({ runId, report }: { readonly runId: string; readonly report: RunReport }) {
  const groups = [
    ...report.refusals.map((group) => ({ of: 'proposal', group })),
    ...report.executionFailures.map((group) => ({ of: 'execution', group })),
  ];
  if (groups.length === 0) return null;
  return (
    <Section id="failures" title="What failed">
      <ul class="failures">
        {groups.map(({ of, group }) => (
          <li key={`${of} ${group.kind}`}>
            <strong>
              {plural(group.count, of)}: {group.kind}
            </strong>
            {group.examples.map(({ round, message }) => (
              <p key={`${round} ${message}`}>
                <a href={links.round(runId, round)}>round {round}</a>: <bdi>{message.slice(0, 600)}</bdi>
              </p>
            ))}
          </li>
        ))}
      </ul>
    </Section>
  );
}
