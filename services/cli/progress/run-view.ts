import { styleText } from 'node:util';
import type { RunEvent } from '../../domain/search/event.ts';
import type { RunState } from '../../domain/search/state.ts';
import { describeEvent, type EventLine } from './describe-event.ts';
import { describeSaved, formatCount, formatDuration, formatScore, oneLine } from './format.ts';
import type { RunProgress } from './run-progress.ts';
import { createTerminalScreen, type ScreenStream } from './terminal-screen.ts';

/** Shows a run while it goes on. */
export interface RunView {
  event(event: RunEvent, state: RunState): void;
  progress(progress: RunProgress, state: RunState): void;
  /** A sentence from beside the run: a lost connection, a service that was started again. */
  notice(message: string): void;
  close(): void;
}

/** One line an event of interest, for files, pipes and terminals that cannot draw. */
export function createLineView(write: (line: string) => void, notice: (message: string) => void): RunView {
  return {
    event: (event, state) => {
      const line = describeEvent(event, state);
      if (line !== undefined) write(line.text);
    },
    progress: () => undefined,
    notice,
    close: () => undefined,
  };
}

/** Progress drawn in place, below one line a round. */
export function createDrawnView(stream: ScreenStream, withColour: boolean): RunView {
  const screen = createTerminalScreen(stream);
  const paint: Paint = withColour
    ? (format, text) => styleText(format, text, { validateStream: false })
    : (_format, text) => text;
  return {
    event: (event, state) => {
      const line = describeEvent(event, state);
      if (line?.weight === 'milestone') screen.print(paintLine(line, paint));
    },
    progress: (progress, state) => screen.draw(drawProgress(progress, state, paint)),
    notice: (message) => screen.print(paint('yellow', message)),
    close: () => screen.close(),
  };
}

type Paint = (format: 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan', text: string) => string;

function paintLine(line: EventLine, paint: Paint): string {
  if (line.tone === 'good') return paint('green', line.text);
  return line.tone === 'bad' ? paint('red', line.text) : line.text;
}

const barWidth = 24;

export function drawProgress(progress: RunProgress, state: RunState, paint: Paint): string[] {
  const { round, maxRounds, phase, done, total } = progress;
  const filled = total === 0 ? 0 : Math.round((barWidth * done) / total);
  const bar = total === 0 ? '' : `  ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${done}/${total} ${unitOf(phase)}`;
  const best =
    progress.bestScore === undefined ? 'no score yet' : `best ${formatScore(progress.bestScore)} (round ${progress.bestRound})`;
  const saved = progress.savedShare === undefined ? '' : `, ${describeSaved(progress.savedShare)}`;
  const left = progress.leftMs === undefined ? 'time left: not known yet' : `about ${formatDuration(progress.leftMs)} left`;
  const status = state.status === 'running' ? phase : state.status;
  const lines = [
    `${paint('bold', oneLine(state.configuration.name, 30))}  round ${round}/${maxRounds}  ${paint('cyan', status)}${bar}`,
    `${best}  ·  ${formatCount(progress.tokens)} tokens${saved}  ·  ${left}`,
  ];
  return progress.simulated ? [...lines, paint('dim', 'simulated model: these scores are not results')] : lines;
}

function unitOf(phase: string): string {
  if (phase === 'propose') return 'proposals';
  return phase === 'predict' ? 'predictions' : 'queries';
}
