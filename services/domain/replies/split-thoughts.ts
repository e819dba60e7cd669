import { withoutMargins } from './without-margins.ts';

export interface SplitReply {
  /** What was meant to be read. "" if the reply ended in the middle of thinking. */
  readonly text: string;
  readonly reasoning: string;
}

/** How thoughts are marked: DeepSeek, Qwen, GLM and others; prompts that ask for thinking; Mistral; Seed; Kimi; NovaSky. */
const marks = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['[THINK]', '[/THINK]'],
  ['<seed:think>', '</seed:think>'],
  ['◁think▷', '◁/think▷'],
  ['<|begin_of_thought|>', '<|end_of_thought|>'],
].map(([open = '', close = '']) => ({ open, tags: new RegExp(`${literal(open)}|(?<close>${literal(close)})`, 'gi') }));

/**
 * Parts a reply that begins with thoughts, for servers that do not do it. Blocks may be nested. The opening tag may be missing,
 * since chat templates of thinking models write it into the prompt, and the closing one too, where the reply was cut off. A tag
 * that an answer only mentions ends nothing.
 */
export function splitThoughts(reply: string): SplitReply {
  const parted = splitChannels(reply);
  if (parted !== undefined) return parted;
  const thoughts: string[] = [];
  let text = reply;
  for (let block = blockAt(text, 0); block !== undefined; block = blockAt(text, 0)) {
    thoughts.push(block.inside);
    text = text.slice(block.end);
  }
  if (thoughts.length > 0) return { text: withoutWrapping(text), reasoning: thoughts.join('\n').trim() };
  const end = endWithoutBegin(reply);
  if (end === undefined) return { text: reply, reasoning: '' };
  return { text: withoutWrapping(reply.slice(end.after)), reasoning: reply.slice(0, end.at).trim() };
}

/** A reply without its thoughts, those in its middle too: a form that was only tried out there is not the answer. */
export function withoutThoughts(reply: string): string {
  return marks.reduce((text, { open }) => withoutBlocks(text, open), splitThoughts(reply).text);
}

function withoutBlocks(text: string, open: string): string {
  const opening = new RegExp(literal(open), 'gi');
  const kept: string[] = [];
  let from = 0;
  for (let tag = opening.exec(text); tag !== null; tag = opening.exec(text)) {
    if (isQuoted(text, tag.index, open.length)) continue;
    const block = blockAt(text, tag.index);
    if (block === undefined || !block.closed) break;
    kept.push(text.slice(from, tag.index));
    from = block.end;
    opening.lastIndex = from;
  }
  // One that never ends has swallowed the rest, if it begins a line: prose may name the tag.
  const rest = text.slice(from);
  const endless = new RegExp(`^[ \\t]*${literal(open)}`, 'im').exec(rest)?.index;
  return [...kept, rest.slice(0, endless)].join('');
}

interface Block {
  readonly inside: string;
  readonly end: number;
  readonly closed: boolean;
}

/** The block of thoughts that begins there, blanks before it apart. */
function blockAt(text: string, from: number): Block | undefined {
  const begin = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
  for (const { open, tags } of marks) {
    if (find(text.slice(begin, begin + open.length), open, 0) !== 0) continue;
    const inside = begin + open.length;
    let depth = 1;
    let last: RegExpExecArray | undefined;
    for (const tag of text.slice(inside).matchAll(tags)) {
      const closes = tag.groups?.close !== undefined;
      if (closes) last = tag;
      if (isQuoted(text, inside + tag.index, tag[0].length)) continue;
      depth += closes ? -1 : 1;
      if (depth === 0) break;
    }
    // A tag that the thoughts mention may have upset the count: then the last one ends them.
    if (last === undefined) return { inside: text.slice(inside), end: text.length, closed: false };
    const end = inside + last.index;
    return { inside: text.slice(inside, end), end: end + last[0].length, closed: true };
  }
  return undefined;
}

/** A closing tag without an opening one ends thoughts if it stands at the edge of a line or of a word, not amid prose. */
function endWithoutBegin(text: string): { at: number; after: number } | undefined {
  for (const { tags } of marks) {
    const tag = text.matchAll(tags).next().value;
    if (tag?.groups?.close === undefined) continue;
    const after = tag.index + tag[0].length;
    const isAtEdge = /(?:^|\n)[ \t]*$/.test(text.slice(0, tag.index)) || /^(?:\S|[ \t]*\n|[ \t]*$)/.test(text.slice(after));
    if (isAtEdge && !isQuoted(text, tag.index, tag[0].length)) return { at: tag.index, after };
  }
  return undefined;
}

/** gpt-oss writes each part of a reply into a channel; a server that hides its special tokens leaves their names. */
function splitChannels(reply: string): SplitReply | undefined {
  const bare = /^\s*analysis(?=\S)([\s\S]*?)assistant\s*final([\s\S]*)$/.exec(reply);
  if (bare !== null) return { text: (bare[2] ?? '').trim(), reasoning: (bare[1] ?? '').trim() };
  if (!/^\s*(?:<\|start\|>\w*\s*)?<\|channel\|>/.test(reply)) return undefined;
  const parts = [
    ...reply.matchAll(
      /<\|channel\|>\s*(\w+)[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>([\s\S]*?)(?=<\|(?:end|return|call|start|channel)\|>|$)/g,
    ),
  ];
  const said = (final: boolean) =>
    parts
      .filter(([, channel]) => (channel === 'final') === final)
      .map(([, , text = '']) => text.trim())
      .join('\n');
  return { text: said(true), reasoning: said(false) };
}

function withoutWrapping(text: string): string {
  return withoutMargins(text.replaceAll(/<\|(?:begin|end)_of_solution\|>/g, ''));
}

function isQuoted(text: string, at: number, length: number): boolean {
  return /["'`“‘«]/.test(text[at - 1] ?? '') && /["'`”’»]/.test(text[at + length] ?? '');
}

function find(text: string, tag: string, from: number): number {
  return text.toLowerCase().indexOf(tag.toLowerCase(), from);
}

function literal(text: string): string {
  return text.replaceAll(/[|[\]/]/g, '\\$&');
}
