import { type Document, isMap, isNode, isPair, isSeq, type LineCounter, type Node } from 'yaml';
import type { z } from 'zod';
import { nearName, suggestion } from '../../domain/names/near-name.ts';
import { isGroup } from './sorted-text.ts';

export interface ExplainedIssue {
  readonly line: number | undefined;
  readonly field: string;
  /** The rest of the sentence, beginning with the field. */
  readonly message: string;
}

type KnownKeys = (path: readonly PropertyKey[]) => readonly string[];

interface Place {
  readonly document: Document;
  readonly lines: LineCounter;
  /** What such a file is called, e.g. "a run file". */
  readonly what: string;
  /** A file of secrets, where one may stand in the wrong place: nothing that it says is repeated. */
  readonly isSecret?: boolean;
}

const longestShownValue = 60;

/**
 * Turns a schema's issue into "<field> <rule>, but is <value>" with the line in the YAML file.
 * @param knownKeys the keys that the schema allows at a path
 */
export function explainIssue(issue: z.core.$ZodIssue, place: Place, knownKeys: KnownKeys): ExplainedIssue {
  if (issue.code === 'unrecognized_keys') return unknownKey(issue.path, issue.keys[0] ?? '', place, knownKeys);
  const field = issue.path.join('.');
  const line = lineOf(issue.path, place);
  const value = valueAt(issue.path, place);
  const subject = field === '' ? 'the file' : field;
  if (value === undefined && field !== '') return { line, field, message: `${subject} is missing: it ${issue.message}` };
  const secret = place.isSecret || (issue.code === 'custom' && issue.params?.secret === true);
  return {
    line,
    field,
    message: `${subject} ${issue.message}${secret ? ' (its value is not shown)' : `, but is ${shown(value)}`}`,
  };
}

/** Also where it comes from an anchor, which only the plain value has resolved. */
function valueAt(path: readonly PropertyKey[], { document }: Place): unknown {
  const own = document.getIn(path);
  if (own !== undefined) return own;
  return path.reduce<unknown>((part, key) => (isGroup(part) ? part[String(key)] : undefined), document.toJS());
}

function unknownKey(path: readonly PropertyKey[], key: string, place: Place, knownKeys: KnownKeys): ExplainedIssue {
  const known = knownKeys(path);
  const field = [...path, key].join('.');
  const where = path.length === 0 ? place.what : path.join('.');
  if (place.isSecret) {
    const message = `${where} has a setting that is none of ${known.join(', ')} (its name is not shown)`;
    return { line: lineOf([...path, key], place), field: path.join('.'), message };
  }
  const advice = (nearName(key, known) === undefined && belongsIn(key, knownKeys)) || suggestion(key, known);
  return { line: lineOf([...path, key], place), field, message: `${where} has no setting "${key}"; ${advice}` };
}

/** The groups at the top that have such a setting, or one that ends in its name; undefined if none does. */
function belongsIn(key: string, knownKeys: KnownKeys): string | undefined {
  const all = knownKeys([]).flatMap((group) => knownKeys([group]).map((name) => ({ name, full: `"${group}.${name}"` })));
  const same = all.filter(({ name }) => name === key);
  const found = same.length > 0 ? same : all.filter(({ name }) => name.endsWith(`_${key}`));
  return found.length === 0 ? undefined : `did you mean ${found.map(({ full }) => full).join(' or ')}?`;
}

function shown(value: unknown): string {
  if (isNode(value)) return value.toJSON() === null ? 'empty' : shown(value.toJSON());
  if (value === null || value === undefined) return 'empty';
  // An address can hold a password or a key, which must not get into a message.
  const text = JSON.stringify(value)
    .replace(/\/\/[^/\s]*@/g, '//…@')
    .replace(/\?[^"\s]*/g, '?…');
  return text.length <= longestShownValue ? text : `${text.slice(0, longestShownValue)}…`;
}

/** The line of the path's key, or of the nearest ancestor that has one. */
function lineOf(path: readonly PropertyKey[], { document, lines }: Place): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = keyNode(document, path.slice(0, length));
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}

function keyNode(document: Document, path: readonly PropertyKey[]): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isSeq(parent)) {
    const item = parent.items[Number(path.at(-1))];
    return isNode(item) ? item : undefined;
  }
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((item) => isPair(item) && isNode(item.key) && String(item.key) === String(path.at(-1)));
  return pair && isNode(pair.key) ? pair.key : undefined;
}
