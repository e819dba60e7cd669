import { MalformedReplyError } from '../errors/endpoint-errors.ts';
import { jsonIn } from '../errors/json-in.ts';

/** An event of a stream: what it says as JSON, or the end that OpenAI's servers write as [DONE]. */
export type ServerEvent = { readonly kind: 'body'; readonly name: string; readonly body: unknown } | { readonly kind: 'done' };

/** Splits the text of a stream into events as it arrives. */
export interface EventReader {
  /** @throws MalformedReplyError for an event that begins as JSON but is not */
  push(text: string): ServerEvent[];
  /** Characters that are kept because their event has not ended. */
  readonly pending: number;
  /** The data that was skipped since the last event: a heartbeat, or an error in plain words; "" for none. */
  readonly passedOver: string;
}

/**
 * Server-sent events as the standard has them (CR, LF or both; several data lines an event; comments), and as servers send them:
 * without blank lines between them, with heartbeats that are empty or not JSON, with a bare JSON error among the events. Whether
 * anything is missing is not decided here: the reply says where it ends.
 */
export function createEventReader(): EventReader {
  let unended = '';
  let name = '';
  let data = '';
  let afterReturn = false;
  let passedOver = '';

  const endEvent = (): void => {
    const broken = beginsAsJson(data);
    name = data = '';
    if (broken) throw new MalformedReplyError('an event of the stream is not JSON');
  };
  const take = (given: string, found: ServerEvent[]): void => {
    // Some gateways frame what is framed already.
    const text = given.startsWith('data:') ? given.replace(/^(?:data: ?)+/, '') : given;
    if (!text.startsWith('{') && /^\s*\[?done\]?\s*$/i.test(text)) {
      found.push({ kind: 'done' });
      return;
    }
    // A heartbeat that is not JSON is not the beginning of anything.
    data = beginsAsJson(data) ? `${data}\n${text}` : text.trimStart();
    const body = beginsAsJson(data) ? parsed(data) : name === 'error' ? data : undefined;
    if (body === undefined) {
      if (!beginsAsJson(data)) passedOver = data;
      return;
    }
    found.push({ kind: 'body', name, body });
    data = passedOver = '';
  };
  const endLine = (line: string, found: ServerEvent[]): void => {
    // Nearly all lines are one of these two: a reply may have thousands.
    if (line === '') return endEvent();
    if (line.startsWith('data: ')) return take(line.slice('data: '.length), found);
    const [, field, value = ''] = /^(\w*):? ?(.*)$/s.exec(line) ?? [];
    if (line.trim() === '') return endEvent();
    if (field === 'data') return take(value, found);
    if (field === 'event') name = value.trim();
    // llama.cpp until the summer of 2025, and what was made from it.
    if (field === 'error' && value.startsWith('{')) {
      name = 'error';
      return take(value, found);
    }
    if (line.startsWith('{')) take(line, found);
  };

  return {
    push: (text) => {
      const found: ServerEvent[] = [];
      // The second half of a line end whose first half came with the previous piece.
      let from = afterReturn && text.startsWith('\n') ? 1 : 0;
      let toReturn = text.indexOf('\r', from);
      let toNewline = text.indexOf('\n', from);
      while (toReturn >= 0 || toNewline >= 0) {
        const end = toReturn < 0 || (toNewline >= 0 && toNewline < toReturn) ? toNewline : toReturn;
        const line = unended + text.slice(from, end);
        unended = '';
        from = end === toReturn && toNewline === end + 1 ? end + 2 : end + 1;
        if (toReturn >= 0 && toReturn < from) toReturn = text.indexOf('\r', from);
        if (toNewline >= 0 && toNewline < from) toNewline = text.indexOf('\n', from);
        endLine(line, found);
      }
      if (text !== '') afterReturn = text.endsWith('\r');
      unended += text.slice(from);
      return found;
    },
    get pending() {
      return unended.length + data.length;
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
  const end = text.trimEnd();
  if (!end.endsWith('}') && !end.endsWith(']')) return undefined;
  return jsonIn(text);
}
