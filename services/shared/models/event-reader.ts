import { MalformedReplyError } from './endpoint-errors.ts';

/** An event of a stream: what it says as JSON, or the end that OpenAI's servers write as [DONE]. */
export type ServerEvent = { readonly kind: 'body'; readonly name: string; readonly body: unknown } | { readonly kind: 'done' };

/** Splits the text of a stream into events as it arrives. */
export interface EventReader {
  /** @throws MalformedReplyError for an event that begins as JSON but is not */
  push(text: string): ServerEvent[];
  /** Characters that are kept because their event has not ended. */
  readonly pending: number;
  /** The last data that was skipped: a heartbeat, or an error in plain words. */
  readonly passedOver: string;
}

/**
 * Server-sent events as the standard has them (CR, LF or both; several data lines an event; comments), and as servers send them:
 * without blank lines between them, with heartbeats that are empty or not JSON, with a bare JSON error among the events. Whether
 * anything is missing is not decided here: the reply says where it ends.
 */
export function createEventReader(): EventReader {
  let line = '';
  let name = '';
  let data = '';
  let afterReturn = false;
  let passedOver = '';

  const endEvent = (): ServerEvent[] => {
    const broken = beginsAsJson(data);
    name = data = '';
    if (broken) throw new MalformedReplyError('an event of the stream is not JSON');
    return [];
  };
  const take = (text: string): ServerEvent[] => {
    if (/^\s*\[?done\]?\s*$/i.test(text)) return [{ kind: 'done' }];
    // A heartbeat that is not JSON is not the beginning of anything.
    data = beginsAsJson(data) ? `${data}\n${text}` : text.trimStart();
    const body = beginsAsJson(data) ? parsed(data) : name === 'error' ? data : undefined;
    if (body === undefined) {
      if (!beginsAsJson(data)) passedOver = data;
      return [];
    }
    const event = { kind: 'body', name, body } as const;
    data = '';
    return [event];
  };
  const endLine = (): ServerEvent[] => {
    const [, field, value = ''] = /^(\w*):? ?(.*)$/s.exec(line) ?? [];
    const whole = line;
    line = '';
    if (whole.trim() === '') return endEvent();
    if (field === 'data') return take(value);
    if (field === 'event') name = value.trim();
    return whole.startsWith('{') ? take(whole) : [];
  };

  return {
    push: (text) => {
      const found: ServerEvent[] = [];
      let from = 0;
      for (const { 0: end, index } of text.matchAll(/\r\n|\r|\n/g)) {
        // The second half of a line end whose first half came with the previous piece.
        if (afterReturn && index === 0 && end === '\n') {
          from = 1;
          continue;
        }
        line += text.slice(from, index);
        from = index + end.length;
        found.push(...endLine());
      }
      if (text !== '') afterReturn = text.endsWith('\r');
      line += text.slice(from);
      return found;
    },
    get pending() {
      return line.length + data.length;
    },
    get passedOver() {
      return passedOver;
    },
  };
}

function beginsAsJson(text: string): boolean {
  return text.startsWith('{') || text.startsWith('[');
}

function parsed(text: string): unknown {
  if (!/[}\]]\s*$/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
