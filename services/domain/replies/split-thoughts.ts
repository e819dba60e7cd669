import { withoutMargins } from './without-margins.ts';

export interface SplitReply {
  /** What was meant to be read. "" if the reply ended in the middle of thinking. */
  readonly text: string;
  readonly reasoning: string;
}

/**
 * How models mark their thoughts: DeepSeek, Qwen, GLM, Seed and prompts that ask for thinking; Mistral; Kimi; NovaSky; Cohere;
 * Gemma 4; MedGemma.
 */
const marks = [
  mark('<\\s*(?:seed:)?think(?:ing)?(?:\\s[^<>]*)?>', '<\\s*\\\\?/\\s*(?:seed:)?think(?:ing)?\\s*>'),
  mark('\\[THINK\\]', '\\[/THINK\\]'),
  mark('◁think▷', '◁/think▷'),
  mark('<\\|begin_of_thought\\|>', '<\\|end_of_thought\\|>'),
  mark('<\\|START_THINKING\\|>', '<\\|END_THINKING\\|>'),
  mark('<\\|channel>\\s*thought\\b', '<channel\\|>'),
  mark('<unused94>(?:\\s*thought\\b)?', '<unused95>'),
];

/** Tags in which prompts ask for thoughts, and some models give them unasked: a draft in one is not the answer. */
const asideNames =
  'thoughts?|reasoning|scratch_?pad|reflection|analysis|planning|brainstorm(?:ing)?|(?:inner_?)?monologue|rationale|drafts?';

/** A remark of HTML hides what stands in it. */
const comments = mark('<!--', '-->', false);

interface Mark {
  /** Begins at a place (sticky). */
  readonly opening: RegExp;
  readonly openings: RegExp;
  readonly tags: RegExp;
  /** One that is never closed has swallowed the rest of the reply. */
  readonly isEndless: boolean;
}

function mark(open: string, close: string, isEndless = true): Mark {
  return {
    opening: new RegExp(open, 'iy'),
    openings: new RegExp(open, 'gi'),
    tags: new RegExp(`${open}|(?<close>${close})`, 'gi'),
    isEndless,
  };
}

/**
 * Parts a reply that begins with thoughts, for servers that do not do it. Blocks may be nested. The opening tag may be missing,
 * since chat templates of thinking models write it into the prompt, and the closing one too, where the reply was cut off. A tag
 * that an answer only mentions ends nothing.
 */
export function splitThoughts(reply: string): SplitReply {
  // Every mark below has one of these: most replies have none, and need not be searched for each.
  if (!/[<[◁]|^\s*(?:analysis|Here)/.test(reply)) return { text: reply, reasoning: '' };
  const parted = splitChannels(reply) ?? splitAnnounced(reply);
  if (parted !== undefined) return parted;
  const { text, thoughts } = splitLeading(reply);
  if (thoughts.length > 0) return { text: withoutWrapping(text), reasoning: thoughts.join('\n').trim() };
  const end = endWithoutBegin(reply);
  if (end === undefined) return { text: reply, reasoning: '' };
  return { text: withoutWrapping(reply.slice(end.after)), reasoning: reply.slice(0, end.at).trim() };
}

/** A text without the thoughts that it begins with; those that it holds further on are left, since they may be its own. */
export function withoutLeadingThoughts(text: string): string {
  return splitLeading(text).text;
}

function splitLeading(whole: string): { readonly text: string; readonly thoughts: readonly string[] } {
  const thoughts: string[] = [];
  let text = whole;
  for (let block = leadingBlock(text); block !== undefined; block = leadingBlock(text)) {
    thoughts.push(block.inside);
    text = text.slice(block.end);
  }
  return { text, thoughts };
}

/** A reply without its thoughts, those in its middle too: a form that was only tried out there is not the answer. */
export function withoutThoughts(reply: string): string {
  return cut(splitThoughts(reply).text, marks);
}

/** The same without what stands in tags such as <reasoning> and <scratchpad>, unless nothing else is left. */
export function withoutAsides(reply: string): string {
  const text = withoutThoughts(reply);
  const rest = cut(text, [asides([]), comments]);
  return rest.trim() === '' ? text : rest;
}

/** Blocks of thoughts that a text has anywhere, in order. */
export interface Thoughts {
  readonly at: number;
  /** Behind its closing tag; the text's end if it is never closed. */
  readonly end: number;
}

/** @param fields tags that are no thoughts here, since the form asks for them; undefined: models' own marks only */
export function thoughtsIn(text: string, fields: readonly string[] | undefined): Thoughts[] {
  const all = fields === undefined ? marks : [...marks, asides(fields), comments];
  return all.flatMap((each) => blocksOf(text, each)).sort((one, other) => one.at - other.at);
}

/** By the tags that are no asides: forms are few, and a pattern takes longer to make than to use. */
const asideMarks = new Map<string, Mark>();
/** Workflows name their fields as they like, and a service lives long. */
const mostMarks = 500;

function asides(fields: readonly string[]): Mark {
  const key = fields.join('|');
  const known = asideMarks.get(key);
  if (known !== undefined) return known;
  const made = asidesExcept(fields);
  if (asideMarks.size >= mostMarks) asideMarks.clear();
  asideMarks.set(key, made);
  return made;
}

function asidesExcept(fields: readonly string[]): Mark {
  const except = fields.length === 0 ? '' : `(?!(?:${fields.join('|')})[\\s>])`;
  return mark(`<\\s*${except}(?:${asideNames})(?:\\s[^<>]*)?>`, `<\\s*\\\\?/\\s*${except}(?:${asideNames})\\s*>`, false);
}

function cut(text: string, all: readonly Mark[]): string {
  return all.reduce((rest, each) => {
    const kept: string[] = [];
    let from = 0;
    for (const { at, end } of blocksOf(rest, each)) {
      kept.push(rest.slice(from, at));
      from = end;
    }
    return [...kept, rest.slice(from)].join('');
  }, text);
}

function blocksOf(text: string, each: Mark): Thoughts[] {
  const found: Thoughts[] = [];
  const { openings, isEndless } = each;
  openings.lastIndex = 0;
  for (let tag = openings.exec(text); tag !== null; tag = openings.exec(text)) {
    if (isQuoted(text, tag.index, tag[0].length)) continue;
    const block = blockOf(text, tag.index + tag[0].length, each);
    if (!block.closed) {
      // One that never ends has swallowed the rest, if it begins a line: prose may name the tag.
      const endless = isEndless ? lineBeginning(text, openings, tag.index) : undefined;
      return endless === undefined ? found : [...found, { at: endless, end: text.length }];
    }
    found.push({ at: tag.index, end: block.end });
    openings.lastIndex = block.end;
  }
  return found;
}

/** Where the first line from a place on begins with such a tag. */
function lineBeginning(text: string, { source }: RegExp, at: number): number | undefined {
  const line = new RegExp(`^[ \\t]*(?:${source})`, 'gim');
  line.lastIndex = text.lastIndexOf('\n', at) + 1;
  return line.exec(text)?.index;
}

interface Block {
  readonly inside: string;
  readonly end: number;
  readonly closed: boolean;
}

/** The block of thoughts that a text begins with, blanks before it apart. */
function leadingBlock(text: string): Block | undefined {
  const begin = /^\s*/.exec(text)?.[0].length ?? 0;
  for (const each of marks) {
    each.opening.lastIndex = begin;
    const opening = each.opening.exec(text);
    if (opening !== null) return blockOf(text, begin + opening[0].length, each);
  }
  return undefined;
}

/** @param from behind the opening tag */
function blockOf(text: string, from: number, { tags }: Mark): Block {
  let depth = 1;
  let last: RegExpExecArray | undefined;
  tags.lastIndex = from;
  for (let tag = tags.exec(text); tag !== null; tag = tags.exec(text)) {
    const closes = tag.groups?.close !== undefined;
    if (closes) last = tag;
    if (isQuoted(text, tag.index, tag[0].length)) continue;
    depth += closes ? -1 : 1;
    if (depth === 0) break;
  }
  // A tag that the thoughts mention may have upset the count: then the last one ends them.
  if (last === undefined) return { inside: text.slice(from), end: text.length, closed: false };
  return { inside: text.slice(from, last.index), end: last.index + last[0].length, closed: true };
}

/** A closing tag without an opening one ends thoughts if it stands at the edge of a line or of a word, not amid prose. */
function endWithoutBegin(text: string): { at: number; after: number } | undefined {
  for (const { tags } of marks) {
    tags.lastIndex = 0;
    const tag = [...text.matchAll(tags)].find(({ index, 0: whole }) => !isQuoted(text, index, whole.length));
    if (tag?.groups?.close === undefined) continue;
    const after = tag.index + tag[0].length;
    const isAtEdge = /(?:^|\n)[ \t]*$/.test(text.slice(0, tag.index)) || /^(?:\S|[ \t]*\n|[ \t]*$)/.test(text.slice(after));
    // Where the template has written a whole empty block, models close it once more.
    const again = new RegExp(`^\\s*(?:${tags.source})`, 'i').exec(text.slice(after));
    if (isAtEdge) return { at: tag.index, after: after + (again?.groups?.close === undefined ? 0 : again[0].length) };
  }
  return undefined;
}

/** Granite and Apriel say in words where their thoughts end. */
function splitAnnounced(reply: string): SplitReply | undefined {
  const announced =
    /^\s*Here(?:['’]s| is) my thought process:([\s\S]*?)(?:^|\n)[ \t]*Here(?:['’]s| is) my response:([\s\S]*)$/.exec(reply) ??
    /^([\s\S]*?)(?:^|\n)[ \t]*\[BEGIN FINAL RESPONSE\]([\s\S]*?)(?:\[END FINAL RESPONSE\][\s\S]*)?$/.exec(reply);
  return announced === null ? undefined : { text: withoutWrapping(announced[2] ?? ''), reasoning: (announced[1] ?? '').trim() };
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
  return withoutMargins(text.replaceAll(/<\|(?:(?:begin|end)_of_solution|(?:START|END)_RESPONSE)\|>/g, ''));
}

function isQuoted(text: string, at: number, length: number): boolean {
  return /["'`“‘«]/.test(text[at - 1] ?? '') && /["'`”’»]/.test(text[at + length] ?? '');
}
