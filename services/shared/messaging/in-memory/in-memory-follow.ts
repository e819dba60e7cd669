import { type Bell, type Client, requireOpen, type Stored, type World } from './in-memory-world.ts';

/** What is followed, and the bell that announces changes. */
export interface Followed {
  readonly world: World;
  readonly bell: Bell;
  readonly client: Client;
}

/** What is stored under the prefix, in the order in which it was stored, then what is added. */
export async function* followStored<Entry extends Stored>(
  { world, bell, client }: Followed,
  stored: ReadonlyMap<string, Entry>,
  prefix: string,
  signal: AbortSignal,
  after = 0,
): AsyncGenerator<Entry> {
  let last = [...stored.values()].some(({ sequence }) => sequence >= after) ? after : 0;
  let incarnation = world.incarnation();
  while (!signal.aborted) {
    requireOpen(client, `follow ${prefix}`);
    if (world.incarnation() !== incarnation) last = 0;
    incarnation = world.incarnation();
    const newer = [...stored]
      .filter(([subject, { sequence }]) => sequence > last && subject.startsWith(prefix))
      .map(([, message]) => message)
      .sort((a, b) => a.sequence - b.sequence);
    if (newer.length === 0) await bell.change(signal);
    for (const message of newer) {
      if (signal.aborted || world.incarnation() !== incarnation) break;
      last = message.sequence;
      yield message;
    }
  }
}
