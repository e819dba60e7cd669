import type { RoundAnswer } from '../../api/round-answer.ts';
import { score, signedScore } from '../numbers.ts';
import { Section } from '../parts/card.tsx';
import { Table } from '../parts/table.tsx';
import { links } from '../route.ts';

/** What the optimizer was shown of edits before, and among which rounds the parent was drawn. */
export function RoundExperience({ answer: { runId, experience, candidates } }: { readonly answer: RoundAnswer }) {
  if (experience.length === 0 && candidates.length === 0) return null;
  return (
    <Section
      id="experience"
      title="Experience"
      about="What the optimizer was shown: earlier edits of the same parent, and what came of them."
    >
      {experience.length === 0 ? (
        <p class="faint">None: nobody had edited this parent before.</p>
      ) : (
        <Table<RoundAnswer['experience'][number]>
          label="Earlier edits of the same parent"
          orderName="experience"
          order="round"
          rows={experience}
          keyOf={(each) => String(each.round)}
          columns={[
            {
              ...{ id: 'round', title: 'round', sort: (each) => each.round },
              cell: (each) => <a href={links.round(runId, each.round)}>round {each.round}</a>,
            },
            { id: 'score', title: 'score', isNumber: true, sort: (each) => each.score, cell: (each) => score(each.score) },
            {
              ...{ id: 'gain', title: 'gain', isNumber: true, sort: (each) => each.score - each.parentScore },
              cell: (each) => signedScore(each.score - each.parentScore),
            },
            { id: 'edit', title: 'edit', cell: (each) => <bdi>{each.modification}</bdi> },
          ]}
        />
      )}
      {candidates.length > 0 && (
        <details>
          <summary>Among which rounds the parent was drawn (Eq 4)</summary>
          <Table<RoundAnswer['candidates'][number]>
            label="Candidates for the parent"
            orderName="candidates"
            order="-probability"
            rows={candidates}
            keyOf={(each) => String(each.round)}
            columns={[
              {
                ...{ id: 'round', title: 'round', sort: (each) => each.round },
                cell: (each) => <a href={links.round(runId, each.round)}>round {each.round}</a>,
              },
              { id: 'score', title: 'score', isNumber: true, sort: (each) => each.score, cell: (each) => score(each.score) },
              {
                ...{ id: 'probability', title: 'probability', isNumber: true, sort: (each) => each.probability },
                cell: (each) => `${(100 * each.probability).toFixed(1)} %`,
              },
            ]}
          />
        </details>
      )}
    </Section>
  );
}
