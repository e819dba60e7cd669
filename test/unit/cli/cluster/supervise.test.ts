import { describe, expect, test } from 'vitest';
import { ServiceStartError } from '../../../../services/cli/cluster/child-service.ts';
import { type RunningPart, type Supervision, supervise } from '../../../../services/cli/cluster/supervise.ts';

interface MadeUpPart extends RunningPart {
  readonly number: number;
  die(reason: string): void;
}

/** Parts that live until they are told to die. */
function createMadeUpParts(settings: { readonly failFrom?: number } = {}) {
  const started: MadeUpPart[] = [];
  const waiting: (() => void)[] = [];
  const start = async (previous: MadeUpPart | undefined): Promise<MadeUpPart> => {
    const number = started.length + 1;
    if (number >= (settings.failFrom ?? Number.POSITIVE_INFINITY)) throw new Error(`start ${number} failed`);
    const { promise: exited, resolve: die } = Promise.withResolvers<string>();
    const end = async (): Promise<void> => die('was stopped');
    const part = { number, previous, exited, die, stop: end, kill: end };
    started.push(part);
    for (const wake of waiting.splice(0)) wake();
    return part;
  };
  const untilStarted = async (count: number): Promise<MadeUpPart> => {
    while (started.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return started[count - 1] as MadeUpPart;
  };
  return { start, started, untilStarted };
}

const never = new AbortController().signal;

function supervision(notices: string[] = []): Supervision {
  return { name: 'worker', notice: (text) => notices.push(text), readTail: async () => 'Its log ends here.', firstPauseMs: 1 };
}

describe('a part of the cluster', () => {
  test('that dies is started again, told about, and knows its predecessor', async () => {
    const parts = createMadeUpParts();
    const notices: string[] = [];
    const supervised = await supervise(supervision(notices), parts.start, never);
    supervised.current().die('was ended by SIGKILL');
    const second = await parts.untilStarted(2);
    expect(second).toMatchObject({ number: 2, previous: { number: 1 } });
    expect(notices).toEqual(['worker was ended by SIGKILL; starting it again.']);
    await supervised.stop();
    expect(parts.started).toHaveLength(2);
  });

  test('that cannot even start once is not tried again', async () => {
    const parts = createMadeUpParts({ failFrom: 1 });
    await expect(supervise(supervision(), parts.start, never)).rejects.toThrow('start 1 failed');
  });

  test('that is killed while it starts for the first time is started again, and told about', async () => {
    const notices: string[] = [];
    const killed = new ServiceStartError('worker', 'did not start: it was ended by SIGKILL', '', { wasKilled: true });
    const parts = createMadeUpParts();
    let starts = 0;
    const start = (previous: MadeUpPart | undefined) => {
      starts += 1;
      return starts <= 2 ? Promise.reject(killed) : parts.start(previous);
    };
    const supervised = await supervise(supervision(notices), start, never);
    expect(supervised.current()).toMatchObject({ number: 1, previous: undefined });
    expect(notices).toEqual(Array(2).fill('worker did not start: it was ended by SIGKILL; starting it again.'));
    await supervised.stop();
  });

  test('that is killed at each start is given up, with the end of its log', async () => {
    const killed = new ServiceStartError('worker', 'did not start: it was ended by SIGKILL', '', { wasKilled: true });
    const starting = supervise(supervision(), () => Promise.reject(killed), never);
    await expect(starting).rejects.toMatchObject({
      name: 'ServiceKeepsDyingError',
      message: 'worker keeps dying (did not start: it was ended by SIGKILL). Its log ends here.',
    });
  });

  test('that was killed while it started is not started again for a command that is given up', async () => {
    const killed = new ServiceStartError('worker', 'did not start: it was ended by SIGKILL', '', { wasKilled: true });
    const givingUp = new AbortController();
    let starts = 0;
    const start = (): Promise<MadeUpPart> => {
      starts += 1;
      givingUp.abort(new Error('given up'));
      return Promise.reject(killed);
    };
    await expect(supervise(supervision(), start, givingUp.signal)).rejects.toThrow('given up');
    expect(starts).toBe(1);
  });

  test('that keeps dying quickly is given up, with the end of its log', async () => {
    const parts = createMadeUpParts();
    const supervised = await supervise(supervision(), parts.start, never);
    for (let life = 1; life <= 6; life += 1) (await parts.untilStarted(life)).die('ended with exit status 1');
    const error = await supervised.givenUp;
    expect(error).toMatchObject({
      name: 'ServiceKeepsDyingError',
      message: 'worker keeps dying (ended with exit status 1). Its log ends here.',
    });
    expect(parts.started).toHaveLength(6);
  });

  test('that dies once and then cannot start again is given up as well', async () => {
    const parts = createMadeUpParts({ failFrom: 2 });
    const supervised = await supervise(supervision(), parts.start, never);
    supervised.current().die('ended with exit status 1');
    await expect(supervised.givenUp).resolves.toMatchObject({ message: expect.stringContaining('start 2 failed') });
  });

  test('that cannot start again is told about in one sentence that names it once', async () => {
    const notices: string[] = [];
    const failure = new ServiceStartError('coordinator', 'did not start: it ended with exit status 7', 'Its log, x, is empty.');
    expect(failure.message).toBe('coordinator did not start: it ended with exit status 7. Its log, x, is empty.');
    const parts = createMadeUpParts();
    let starts = 0;
    const start = (previous: MadeUpPart | undefined) => {
      starts += 1;
      return starts === 2 ? Promise.reject(failure) : parts.start(previous);
    };
    const supervised = await supervise({ ...supervision(notices), name: 'coordinator' }, start, never);
    supervised.current().die('ended with exit status 1');
    await parts.untilStarted(2);
    expect(notices).toEqual([
      'coordinator ended with exit status 1; starting it again.',
      'coordinator did not start: it ended with exit status 7; starting it again.',
    ]);
    await supervised.stop();
  });

  test('that dies for want of room is started again when there is room, however often', async () => {
    const parts = createMadeUpParts();
    let waits = 0;
    const untilRoom = async (): Promise<boolean> => {
      waits += 1;
      return true;
    };
    const supervised = await supervise({ ...supervision(), untilRoom }, parts.start, never);
    for (let life = 1; life <= 12; life += 1) (await parts.untilStarted(life)).die('ended with exit status 1');
    await parts.untilStarted(13);
    expect(waits).toBe(12);
    await supervised.stop();
  });

  test('that is stopped stays stopped', async () => {
    const parts = createMadeUpParts();
    const notices: string[] = [];
    const supervised = await supervise(supervision(notices), parts.start, never);
    await supervised.stop();
    await supervised.stop();
    expect(parts.started).toHaveLength(1);
    expect(notices).toEqual([]);
  });
});
