import { exact, formatScore } from '../../../shared/document/format.ts';
import type { RoundAnswer } from '../../api/round-answer.ts';
import { score } from '../numbers.ts';
import { Section } from '../parts/card.tsx';
import { LongText } from '../parts/long-text.tsx';
import { ScoredBy } from '../parts/score-mark.tsx';

/** Where a round's score comes from: its evaluation, and what was predicted. */
export function HowScored({ answer: { evaluation, predictions, round } }: { readonly answer: RoundAnswer }) {
  if (evaluation === undefined && predictions.length === 0) return null;
  const facts: readonly (readonly [string, string])[] =
    evaluation === undefined
      ? []
      : [
          ['executions that it rests on', exact(evaluation.executions)],
          ...(evaluation.predicted === undefined ? [] : [['predicted (Eq 6)', score(evaluation.predicted)] as const]),
          ...(evaluation.fewShot === undefined ? [] : [['few-shot (Eq 7)', score(evaluation.fewShot)] as const]),
          ...(evaluation.alpha === undefined
            ? []
            : [['α, the weight of the executions (Eq 9)', evaluation.alpha.toFixed(4)] as const]),
          ...(evaluation.epsilon === undefined ? [] : [['ε', evaluation.epsilon.toFixed(4)] as const]),
          ...(evaluation.standardError === undefined ? [] : [['standard error', score(evaluation.standardError)] as const]),
          ...Object.entries(round.otherScores ?? {}).map(([scorer, value]) => [`by ${scorer}`, score(value)] as const),
        ];
  return (
    <Section id="evaluation" title="How it was scored">
      {evaluation !== undefined && (
        <p>
          <strong>{formatScore(evaluation.score)}</strong> by <ScoredBy method={evaluation.method} />
        </p>
      )}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {predictions.map(({ turn, score: predicted, reason, failure }) => (
        <details key={turn} open={predictions.length === 1}>
          <summary>
            Prediction, attempt {turn}: {failure === undefined ? score(predicted) : 'not usable'}
          </summary>
          <LongText text={failure ?? reason} label={`Reason of prediction ${turn}`} />
        </details>
      ))}
    </Section>
  );
}
