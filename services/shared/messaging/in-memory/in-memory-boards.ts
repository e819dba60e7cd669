import type { Trouble, WorkerReport } from '../../contracts/generated/scale/v1/job.ts';
import type { TroubleBoard, WorkerBoard } from '../bus.ts';
import type { World } from './in-memory-world.ts';

export function createInMemoryTroubles(world: World): TroubleBoard {
  const { tell, follow } = createBoard<Trouble>(world);
  return {
    tell,
    async *follow(runId, signal) {
      for await (const trouble of follow(signal)) if (trouble.runId === runId) yield trouble;
    },
  };
}

export function createInMemoryWorkers(world: World): WorkerBoard {
  return createBoard<WorkerReport>(world);
}

/** Listeners hear what is posted from then on; nothing is kept for later ones. */
function createBoard<Message>(world: World) {
  const told: Message[] = [];
  const bell = world.hangBell();
  return {
    tell(message: Message): void {
      told.push(message);
      bell.ring();
    },
    async *follow(signal: AbortSignal): AsyncGenerator<Message> {
      for (let place = told.length; !signal.aborted; ) {
        const message = told[place];
        if (message === undefined) {
          await bell.change(signal);
          continue;
        }
        place += 1;
        yield message;
      }
    },
  };
}
