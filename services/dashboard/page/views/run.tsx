import { describeVerdict, soFar } from '../../../shared/document/describe-verdict.ts';
import { formatScore } from '../../../shared/document/format.ts';
import type { RunAnswer, RunReport } from '../../api/run-answer.ts';
import { Estimates } from '../charts/estimates.tsx';
import { ScoreAgainstTokens } from '../charts/score-against-tokens.tsx';
import { SearchTree } from '../charts/search-tree.tsx';
import { duration } from '../numbers.ts';
import { Section } from '../parts/card.tsx';
import { Empty } from '../parts/states.tsx';
import { links } from '../route.ts';
import { Failures } from './overview/failures.tsx';
import { Figures } from './overview/figures.tsx';
import { Progress } from './overview/progress.tsx';
import { Rounds } from './overview/rounds.tsx';
import { Spent } from './overview/spent.tsx';
import { RunFrame } from './run-frame.tsx';

export function RunView({ runId }: { readonly runId: string }) {
  return (
    <RunFrame runId={runId} tab="overview">
      {(run) => <Overview run={run} />}
    </RunFrame>
  );
}

function Overview({ run }: { readonly run: RunAnswer }) {
  const { row, report, step, limits } = run;
  const { runId } = row;
  if (report === undefined) {
    return (
      <>
        {step && <Progress row={row} step={step} />}
        <Empty title="Nothing is known of this run yet">
          <p>Its log is empty: it has only just been started. What it does appears here by itself.</p>
        </Empty>
      </>
    );
  }
  const { best, rounds, estimates } = report;
  const verdict = verdictOf(report);
  const remarks = report.remarks.filter((remark) => remark !== verdict);
  return (
    <>
      <p class="verdict">{verdict}</p>
      {step && row.endedAtMs === undefined && <Progress row={row} step={step} />}
      {row.waiting && (
        <p class="notice">
          It waits {duration(row.waiting.waitedMs)} so far: {row.waiting.what}, until {row.waiting.until}.{' '}
          <a href={links.why(runId)}>Why is it not moving?</a>
        </p>
      )}
      <Figures row={row} report={report} />
      {limits.length > 0 && (
        <p class="faint">
          {limits.map(({ of, text }) => (
            <span key={of} class="limit">
              <bdi>
                {of}: {text}
              </bdi>
            </span>
          ))}
        </p>
      )}
      {remarks.length > 0 && (
        <ul class="remarks" aria-label="What to know before believing a figure">
          {remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
      {rounds.length > 0 && (
        <Section
          id="tree"
          title="Search tree"
          about="Each workflow is to the right of the one that it was made from; the thick line leads to the best. The strip on the left of a box is its score, from the lowest of the run to the highest; the mark below it is how it was scored."
        >
          <SearchTree runId={runId} rounds={rounds} best={best?.round} lineage={best?.lineage ?? []} />
        </Section>
      )}
      <Section id="tokens" title="Score against tokens">
        <ScoreAgainstTokens runId={runId} report={report} />
      </Section>
      <Section id="estimates" title="Predicted, few-shot and calibrated against full">
        <Estimates runId={runId} estimates={estimates} />
      </Section>
      <Section id="rounds" title="Rounds">
        <Rounds runId={runId} report={report} />
      </Section>
      <Section id="spent" title="What it spent">
        <Spent report={report} />
      </Section>
      <Failures runId={runId} report={report} />
    </>
  );
}

function verdictOf({ verdict, best, run }: RunReport): string {
  if (verdict !== undefined) return describeVerdict(verdict, run.status);
  if (run.failure !== undefined) return `It failed: ${run.failure}`;
  if (best !== undefined)
    return `${run.status === 'completed' ? 'R' : `${soFar(run.status)}r`}ound ${best.round} with ${formatScore(best.score)} (${best.method}).`;
  return ['completed', 'cancelled'].includes(run.status) ? 'No workflow has a score.' : 'No workflow has a score yet.';
}
