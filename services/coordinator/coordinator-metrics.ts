import type { Registry } from 'prom-client';
import { orAborted, within } from '../shared/lifecycle/abort.ts';
import type { Timing } from '../shared/lifecycle/timing.ts';
import type { Bus, StreamFill } from '../shared/messaging/bus.ts';
import { jobKinds, streams } from '../shared/messaging/subjects-and-streams.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import { counter, gaugeOf, type Reading } from '../shared/telemetry/metrics.ts';
import type { CoordinatorFigures } from './coordinator.ts';
import type { RunFigures } from './runs/run-figures.ts';

export interface CoordinatorMetricsSettings {
  readonly figures: () => CoordinatorFigures;
  readonly bus: Pick<Bus, 'fill' | 'link'> & { readonly jobs: Pick<Bus['jobs'], 'waitingSince'> };
  readonly logger: Logger;
  readonly timing: Timing;
}

/** Of more runs at once, the newest have series of their own; all are counted. */
const runsShown = 100;
/** A scrape is given up after 10 s by default. */
const lookWithinMs = 3_000;
/** The metrics of one scrape share a look at the streams. */
const lookLastsMs = 500;

/**
 * For the coordinator. `scale_jobs_outstanding` is what to scale executors on. What is said of a run is said by the coordinator
 * that leads it, and no longer than the run lasts.
 */
export function createCoordinatorMetrics(registry: Registry, settings: CoordinatorMetricsSettings): void {
  const { figures, bus, logger, timing } = settings;
  const failedLooks = counter(registry, 'scale_bus_failed_looks_total', 'Times that NATS did not say in time what is stored', []);

  /** Undefined where the bus does not answer: then there is no series, since an old value would be a lie. */
  const looked = async <T>(what: string, look: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    if (!bus.link().isUp) {
      failedLooks.inc();
      return undefined;
    }
    using limit = within(timing, lookWithinMs);
    try {
      return await orAborted(look(limit.signal), limit.signal);
    } catch (err) {
      failedLooks.inc();
      logger.debug({ err }, `${what} could not be looked at for the metrics`);
      return undefined;
    }
  };
  const goingOn = (): RunFigures[] => figures().runs.filter(({ isLeading, isPaused }) => isLeading && !isPaused);

  const overall = (name: string, help: string, read: (now: CoordinatorFigures) => number) =>
    gaugeOf(registry, name, help, [], () => [[{}, read(figures())]]);
  overall('scale_runs_unfinished', 'Runs that have not ended, whoever leads them', ({ runs }) => runs.length);
  overall('scale_runs_led', 'Runs that this coordinator leads', ({ runsLed }) => runsLed);
  const outstandingHelp = 'Jobs issued and not answered, of runs that are led here and not paused';
  gaugeOf(registry, 'scale_jobs_outstanding', outstandingHelp, ['kind'], () =>
    jobKinds.map((kind) => [{ kind }, goingOn().reduce((sum, { outstanding }) => sum + (outstanding[kind] ?? 0), 0)]),
  );
  gaugeOf(registry, 'scale_workers', 'Workers heard from lately that take jobs of a kind', ['kind'], () =>
    [...figures().workersByKind].map(([kind, count]) => [{ kind }, count]),
  );
  gaugeOf(registry, 'scale_run_waiting_seconds', 'The longest wait of a run, by what it waits for', ['kind'], () =>
    [...figures().waits].map(([kind, ms]) => [{ kind }, ms / 1000]),
  );
  const ageHelp = 'Since the oldest job that no worker has taken was queued; 0 if none waits';
  gaugeOf(registry, 'scale_queue_oldest_job_age_seconds', ageHelp, ['kind'], async () => {
    const since = await looked('the queue', () => Promise.all(goingOn().map(({ runId }) => bus.jobs.waitingSince(runId))));
    if (since === undefined) return [];
    const now = timing.wallMs();
    return jobKinds.map((kind) => {
      const oldest = Math.min(...since.map((waiting) => waiting.get(kind) ?? now));
      return [{ kind }, Math.max(0, now - oldest) / 1000];
    });
  });

  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<readonly StreamFill[]> = Promise.resolve([]);
  const fill = (): Promise<readonly StreamFill[]> => {
    if (timing.monotonicMs() - lookedAtMs < lookLastsMs) return looking;
    lookedAtMs = timing.monotonicMs();
    looking = looked('the streams', () => bus.fill()).then((found) => found ?? []);
    return looking;
  };
  const stream = (name: string, help: string, read: (fill: StreamFill) => number) =>
    gaugeOf(registry, name, help, ['stream', 'when_full'], async () =>
      (await fill()).map((each) => [
        { stream: each.stream, when_full: each.refusesWhenFull ? 'refuses' : 'forgets' },
        read(each),
      ]),
    );
  stream('scale_stream_bytes', 'What a stream holds', ({ bytes }) => bytes);
  stream('scale_stream_limit_bytes', 'What a stream may hold', ({ maxBytes }) => maxBytes);
  gaugeOf(registry, 'scale_dead_messages', 'Jobs that no worker could read, kept for people to look at', ['stream'], async () =>
    (await fill()).filter((each) => each.stream === streams.dead).map((each) => [{ stream: each.stream }, each.messages]),
  );

  const newest = (): RunFigures[] => [...figures().runs].sort((a, b) => b.createdAtMs - a.createdAtMs).slice(0, runsShown);
  const ofRuns = (name: string, help: string, read: (run: RunFigures) => number | undefined) =>
    gaugeOf(registry, name, help, ['run'], () => newest().flatMap((run) => reading({ run: run.runId }, read(run))));
  /** Of a run that is led elsewhere, undefined. */
  const ofLed = (name: string, help: string, read: (run: RunFigures) => number | undefined) =>
    ofRuns(name, help, (run) => (run.isLeading ? read(run) : undefined));
  ofRuns('scale_run_leading', '1 if this coordinator leads the run', ({ isLeading }) => (isLeading ? 1 : 0));
  ofLed('scale_run_paused', '1 while the run is paused', ({ isPaused }) => (isPaused ? 1 : 0));
  ofLed('scale_run_rounds_completed', 'Rounds of the run that are over', ({ roundsCompleted }) => roundsCompleted);
  ofLed('scale_run_rounds_limit', 'Rounds that the run may have', ({ maxRounds }) => maxRounds);
  ofLed(
    'scale_run_last_progress_timestamp_seconds',
    'When a result arrived, an entry was written or a step began, of a run that is not paused',
    ({ isPaused, movedAtMs }) => (isPaused ? undefined : movedAtMs / 1000),
  );
  ofLed('scale_run_budget_tokens', 'What the run may spend, of a run with a budget', ({ tokenBudget }) =>
    tokenBudget === 0 ? undefined : tokenBudget,
  );
  gaugeOf(
    registry,
    'scale_run_best_score',
    'Of the best workflow so far, from 0 to 1; scores of a simulated model are no results',
    ['run', 'simulated'],
    () =>
      newest()
        .filter(({ isLeading }) => isLeading)
        .flatMap(({ runId: run, simulated, bestScore }) => reading({ run, simulated: String(simulated) }, bestScore)),
  );
  const spentOfLed = async () => {
    const led = newest().filter(({ isLeading }) => isLeading);
    const spent = await looked('the spending', (signal) => Promise.all(led.map((run) => run.spent(signal))));
    return led.flatMap(({ runId: run }, index) => (spent?.[index] === undefined ? [] : [{ run, ...spent[index] }]));
  };
  gaugeOf(registry, 'scale_run_spent_tokens', 'Tokens that were paid for, in the log or beside it', ['run'], async () =>
    (await spentOfLed()).map(({ run, tokens }) => [{ run }, tokens]),
  );
  const moneyHelp = 'What they have cost, at the prices that the run has kept; of models without a price, nothing';
  gaugeOf(registry, 'scale_run_spent_money', moneyHelp, ['run', 'currency'], async () =>
    (await spentOfLed()).flatMap(({ run, money }) => (money ? [[{ run, currency: money.currency }, money.amount]] : [])),
  );
}

function reading<Label extends string>(labels: Readonly<Record<Label, string>>, value: number | undefined): Reading<Label>[] {
  return value === undefined ? [] : [[labels, value]];
}
