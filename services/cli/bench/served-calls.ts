import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { highestOf, lowestOf } from '../../domain/statistics/extremes.ts';

/** A line of the simulated model's access log. */
const line = z.object({
  jobId: z.string(),
  callId: z.string(),
  model: z.string(),
  cutOff: z.boolean(),
  beganMs: z.number(),
  endedMs: z.number(),
});

export type ServedCall = z.infer<typeof line>;

/** The calls that simulated endpoints have served, by when they began. */
export async function readServedCalls(accessLogs: readonly string[]): Promise<ServedCall[]> {
  const texts = await Promise.all(accessLogs.map((path) => readFile(path, 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').filter((each) => each !== ''));
  return lines.map((each) => line.parse(JSON.parse(each))).sort((one, other) => one.beganMs - other.beganMs);
}

export interface SlotUse {
  /** From the first call's beginning to the last one's end. */
  readonly seconds: number;
  /** Of slot-seconds in that time, the share in which a call was being answered. */
  readonly busy: number;
  readonly mostAtOnce: number;
}

/** @param calls at least one. @param slots calls that the endpoints take at once, above 0 */
export function slotUse(calls: readonly Pick<ServedCall, 'beganMs' | 'endedMs'>[], slots: number): SlotUse {
  const first = lowestOf(calls.map(({ beganMs }) => beganMs));
  const last = highestOf(calls.map(({ endedMs }) => endedMs));
  const answering = calls.reduce((sum, { beganMs, endedMs }) => sum + endedMs - beganMs, 0);
  return { seconds: (last - first) / 1000, busy: answering / (slots * (last - first)), mostAtOnce: mostAtOnce(calls) };
}

function mostAtOnce(calls: readonly Pick<ServedCall, 'beganMs' | 'endedMs'>[]): number {
  const changes = calls.flatMap(({ beganMs, endedMs }) => [
    { at: beganMs, by: 1 },
    { at: endedMs, by: -1 },
  ]);
  changes.sort((one, other) => one.at - other.at || one.by - other.by);
  let [now, most] = [0, 0];
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

/** A line of the simulated model's log of refusals. */
const refusedLine = z.object({
  jobId: z.string(),
  callId: z.string(),
  status: z.number(),
  beganMs: z.number(),
  endedMs: z.number(),
});

export type RefusedCall = z.infer<typeof refusedLine>;

export async function readRefusedCalls(path: string): Promise<RefusedCall[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((each) => each !== '');
  return lines.map((each) => refusedLine.parse(JSON.parse(each)));
}
