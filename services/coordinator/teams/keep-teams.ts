import type { RunManifest, ShareGroup } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { type LoopSettings, restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { withAsked } from '../../shared/sharing/share-rules.ts';
import type { Teams } from './teams.ts';

/** Writes into runs that go on what their teams have together, where workers see it, also when that has changed. */
export function keepTeams(
  { runs }: Pick<Bus, 'runs'>,
  teams: Pick<Teams, 'groupOf' | 'onChange'>,
  loops: Pick<LoopSettings, 'timing' | 'logger'>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let round = new AbortController();
  teams.onChange(() => round.abort());
  const loop = restartingLoop('keep teams', { ...loops, signal: stopping.signal }, async (signal) => {
    round = new AbortController();
    // Coordinators with files that differ must not write against each other for ever.
    const written = new Set<string>();
    const until = AbortSignal.any([signal, round.signal]);
    for await (const manifest of runs.watch(until)) {
      const { runId, team } = manifest;
      const wanted = teams.groupOf(team);
      if (hasEnded(manifest.status) || written.has(runId) || isSame(manifest.share?.team, wanted)) continue;
      await runs.update(runId, (found) => withTeam(found, wanted));
      written.add(runId);
    }
  });
  return {
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}

function withTeam(manifest: RunManifest, team: ShareGroup | undefined): RunManifest {
  const { team: _, ...share } = withAsked(manifest.share, {});
  return { ...manifest, share: { ...share, ...(team && { team }) } };
}

function isSame(one: ShareGroup | undefined, other: ShareGroup | undefined): boolean {
  return (
    one?.name === other?.name &&
    one?.weight === other?.weight &&
    one?.atMost === other?.atMost &&
    one?.highestPriority === other?.highestPriority
  );
}
