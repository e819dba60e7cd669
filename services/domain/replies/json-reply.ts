import { readJson } from './read-json.ts';
import { splitThoughts } from './split-thoughts.ts';
import { withoutFence } from './without-fence.ts';

export type JsonReply = Readonly<Record<string, unknown>>;

/**
 * The one JSON object that a reply is, apart from thoughts before it and a fence; undefined if it is anything else. Marks of
 * thoughts inside its texts are theirs.
 */
export function jsonReplyIn(reply: string): JsonReply | undefined {
  for (const text of jsonTexts(reply)) {
    if (!text.startsWith('{')) continue;
    try {
      return readJson(text) as JsonReply;
    } catch {}
  }
  return undefined;
}

/** Whether a reply begins as a JSON object would, such as one that was cut off. */
export function beginsAsJson(reply: string): boolean {
  return jsonTexts(reply).some((text) => text.startsWith('{'));
}

function jsonTexts(reply: string): string[] {
  return [reply, splitThoughts(reply).text].map((text) => withoutFence(text.trim()).trim());
}
