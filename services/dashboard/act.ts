import type { ControlClient } from '../shared/control-client/control-client.ts';
import { statusName } from '../shared/runs/status-name.ts';
import type { Visitor } from './http/access.ts';

interface OnWhat {
  readonly id: string;
  readonly reason: string;
}

type Action = (client: ControlClient, on: OnWhat, signal: AbortSignal) => Promise<string>;

/** What a page may do, by path; the coordinator sees to it that the token may, and keeps who has done it. */
export const actions: readonly { readonly path: string; readonly action: Action }[] = [
  {
    path: '/api/runs/:id/pause',
    action: async (client, { id, reason }, signal) => statusName((await client.pauseRun(id, reason, signal)).status),
  },
  {
    path: '/api/runs/:id/resume',
    action: async (client, { id }, signal) => statusName((await client.resumeRun(id, signal)).status),
  },
  {
    path: '/api/runs/:id/cancel',
    action: async (client, { id, reason }, signal) => statusName((await client.cancelRun(id, reason, signal)).status),
  },
  {
    path: '/api/sweeps/:id/pause',
    action: async (client, { id, reason }, signal) => (await client.pauseSweep(id, reason, signal)).status,
  },
  { path: '/api/sweeps/:id/resume', action: async (client, { id }, signal) => (await client.resumeSweep(id, signal)).status },
  {
    path: '/api/sweeps/:id/cancel',
    action: async (client, { id, reason }, signal) => (await client.cancelSweep(id, reason, signal)).status,
  },
];

export async function act(visitor: Visitor, action: Action, on: OnWhat, signal: AbortSignal): Promise<string> {
  const { client, close } = visitor.client();
  try {
    return await action(client, on, signal);
  } finally {
    close();
  }
}
