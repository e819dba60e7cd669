import { exact } from '../../../../shared/document/format.ts';
import { phaseLabel } from '../../../../shared/document/phase-label.ts';
import type { StepNow } from '../../../api/run-answer.ts';
import type { RunRow } from '../../../api/run-row.ts';
import { duration, plural } from '../../numbers.ts';

export function Progress({ row, step }: { readonly row: RunRow; readonly step: StepNow }) {
  const { roundsCompleted, maxRounds, leftMs } = row;
  const steps = [step, ...step.ahead].filter(({ phase }) => phase !== '');
  return (
    <section class="progress" aria-label="Progress">
      <p>
        <strong>
          {roundsCompleted} of {plural(maxRounds, 'round')}
        </strong>
        {leftMs !== undefined && <span class="faint">, about {duration(leftMs)} left</span>}
        <progress value={roundsCompleted} max={Math.max(1, maxRounds)} aria-label="Rounds done" />
      </p>
      {steps.map(({ round, phase, done, total }) => (
        <p key={round} class="step">
          <span>
            round {round}: {phaseLabel(phase)}
            {total > 0 && ` (${exact(done)} of ${exact(total)})`}
          </span>
          {total > 0 && <progress value={done} max={total} aria-label={`Round ${round}, ${phaseLabel(phase)}`} />}
        </p>
      ))}
      {step.trouble !== '' && (
        <p class="notice">
          <bdi>{step.trouble}</bdi>
        </p>
      )}
    </section>
  );
}
