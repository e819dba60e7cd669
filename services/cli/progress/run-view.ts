import { styleText } from 'node:util';
import type { RunProgress } from '../../domain/report/run-progress.ts';
import type { RunEvent } from '../../domain/run/event.ts';
import type { RunState } from '../../domain/run/state.ts';
import { capitalised, describeSaved, formatCount, formatDuration, formatScore, oneLine } from '../../shared/document/format.ts';
import { shortMoney } from '../../shared/document/format-money.ts';
import { phaseLabel } from '../../shared/document/phase-label.ts';
import { createWaitTeller } from '../../shared/lifecycle/wait-teller.ts';
import { describeEvent, type EventLine } from './describe-event.ts';
import { createTerminalScreen, type ScreenStream } from './terminal-screen.ts';

/** Why nothing happens: two clauses, and for how long. */
export interface ViewedWait {
  readonly kind: string;
  readonly what: string;
  readonly until: string;
  readonly waitedMs: number;
}

/** Shows a run in progress. */
export interface RunView {
  event(event: RunEvent, state: RunState): void;
  progress(progress: RunProgress, state: RunState): void;
  /** Called every second or so with what is waited for, undefined for nothing; the view decides when that is worth a line. */
  waiting(wait: ViewedWait | undefined): void;
  /** A sentence about what surrounds the run: a lost connection, a service that was started again. */
  notice(message: string): void;
  close(): void;
}

/** One line per event of interest, for files, pipes and terminals that cannot draw. */
export function createLineView(write: (line: string) => void, notice: (message: string) => void): RunView {
  return {
    event: (event, state) => {
      const line = describeEvent(event, state);
      if (line !== undefined) write(line.text);
    },
    progress: () => undefined,
    waiting: tellWaits(notice),
    notice,
    close: () => undefined,
  };
}

/** One line after ten seconds, every thirty seconds from then on, and one when it is over. */
export function tellWaits(say: (message: string) => void): RunView['waiting'] {
  const teller = createWaitTeller();
  let last: ViewedWait | undefined;
  return (wait) => {
    const word = teller.look(wait);
    if (word === 'over' && last !== undefined) say(`Continuing, after ${formatDuration(last.waitedMs)} of waiting.`);
    if (word === 'now' && wait !== undefined) say(describeWait(wait));
    last = wait;
  };
}

/** E.g. "Waiting for 45 s: no executor is running for 12 executions. Start one: …". */
export function describeWait({ what, until, waitedMs }: Omit<ViewedWait, 'kind'>): string {
  const [cause, end] = [oneLine(what, 400).replace(/\.$/, ''), oneLine(until, 200)];
  const since = waitedMs < 1_000 ? '' : ` for ${formatDuration(waitedMs)}`;
  return `Waiting${since}: ${cause}. ${capitalised(end)}.`;
}

/** Progress drawn in place, below one line per round. */
export function createDrawnView(stream: ScreenStream, withColour: boolean): RunView {
  const screen = createTerminalScreen(stream);
  const paint: Paint = withColour
    ? (format, text) => styleText(format, text, { validateStream: false })
    : (_format, text) => text;
  const notice = (message: string): void => screen.print(paint('yellow', message));
  const tell = tellWaits(notice);
  let shown: { readonly progress: RunProgress; readonly state: RunState } | undefined;
  let wait: ViewedWait | undefined;
  const draw = (): void => {
    const lines =
      shown === undefined
        ? []
        : drawProgress(shown.progress, shown.state, wait?.kind === 'paused' || wait?.kind === 'person', paint);
    screen.draw([...lines, ...(wait === undefined ? [] : [paint('yellow', describeWait(wait))])]);
  };
  return {
    event: (event, state) => {
      const line = describeEvent(event, state);
      if (line?.weight === 'milestone') screen.print(paintLine(line, paint));
    },
    progress: (progress, state) => {
      shown = { progress, state };
      draw();
    },
    // The line is there for as long as the wait is; what is kept above is the text of the line view, for anyone who comes back
    // later.
    waiting: (next) => {
      wait = next;
      tell(next);
      draw();
    },
    notice,
    close: () => screen.close(),
  };
}

type Paint = (format: 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan', text: string) => string;

function paintLine(line: EventLine, paint: Paint): string {
  if (line.tone === 'good') return paint('green', line.text);
  return line.tone === 'bad' ? paint('red', line.text) : line.text;
}

const barWidth = 24;

function drawProgress(progress: RunProgress, state: RunState, isPaused: boolean, paint: Paint): string[] {
  const { round, maxRounds, phase, done, total } = progress;
  const filled = total === 0 ? 0 : Math.round((barWidth * done) / total);
  const bar = total === 0 ? '' : `  ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${done}/${total} ${unitOf(phase)}`;
  const best =
    progress.bestScore === undefined ? 'no score yet' : `best ${formatScore(progress.bestScore)} (round ${progress.bestRound})`;
  const saved = progress.savedShare === undefined ? '' : `, ${describeSaved(progress.savedShare)}`;
  const spent = progress.spentTokens === undefined ? '' : ` (${formatCount(progress.spentTokens)} spent)`;
  const cost = progress.money === undefined ? '' : `, ${shortMoney(progress.money)}`;
  const left = progress.leftMs === undefined ? 'time left: not known yet' : `about ${formatDuration(progress.leftMs)} left`;
  const running = isPaused ? 'paused' : phaseLabel(phase);
  const status = state.status === 'running' ? running : state.status;
  const lines = [
    `${paint('bold', oneLine(state.configuration.name, 30))}  round ${round}/${maxRounds}  ${paint('cyan', status)}${bar}`,
    `${best}  ·  ${progress.estimatedCalls === undefined ? '' : '~'}${formatCount(progress.tokens)} tokens${spent}${cost}${saved}  ·  ${left}`,
  ];
  if (progress.ahead !== undefined && state.status === 'running') lines.push(`also under way: ${describeRounds(progress.ahead)}`);
  return progress.simulated ? [...lines, paint('dim', 'simulated model: these scores are not results')] : lines;
}

/** E.g. "round 5 (few-shot 12/21), round 6 (propose 0/1)". */
export function describeRounds(rounds: NonNullable<RunProgress['ahead']>): string {
  return rounds.map(({ round, phase, done, total }) => `round ${round} (${phaseLabel(phase)} ${done}/${total})`).join(', ');
}

function unitOf(phase: string): string {
  if (phase === 'propose') return 'proposals';
  return phase === 'predict' ? 'predictions' : 'queries';
}
