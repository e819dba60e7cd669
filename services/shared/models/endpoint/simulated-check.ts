import { pause } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { ModelEndpoint } from '../model-endpoint.ts';

/** Whether this project's simulated model answers, and not the model whose name it goes by. @throws the signal's reason */
export type SimulatedCheck = (signal: AbortSignal) => Promise<boolean>;

const patienceMs = 5_000;
const againAfterMs = 30_000;

/** Asks a server for its list of models, once. One that does not answer is taken for a real one, and asked again later. */
export function createSimulatedCheck(servers: () => readonly ModelEndpoint[], timing: Timing): SimulatedCheck {
  let asked: { readonly answer: Promise<boolean>; readonly atMs: number } | undefined;
  let isKnown = false;
  const ask = async (): Promise<boolean> => {
    const enough = new AbortController();
    const listed = servers()[0]
      ?.models(enough.signal)
      .then(({ simulated }) => {
        isKnown = true;
        return simulated;
      });
    try {
      return (await Promise.race([listed, pause(timing, patienceMs, enough.signal)])) ?? false;
    } catch {
      return false;
    } finally {
      enough.abort();
    }
  };
  return async (signal) => {
    signal.throwIfAborted();
    const nowMs = timing.monotonicMs();
    if (asked === undefined || (!isKnown && nowMs - asked.atMs > againAfterMs)) asked = { answer: ask(), atMs: nowMs };
    return await asked.answer;
  };
}
