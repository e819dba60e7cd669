import { Document, LineCounter, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { type ExplainedIssue, explainIssue } from './explain-issue.ts';
import { isGroup } from './sorted-text.ts';

/** Where something is wrong in a file of settings. */
export interface SettingsPlace {
  /** From 1, where it is known. */
  readonly line: number | undefined;
  /** E.g. "search.max_rounds", "" for the whole file. */
  readonly field: string;
}

export interface SettingsForm<Schema extends z.ZodType, Refusal extends Error> {
  /** The check for this content, which has been prepared. */
  schemaOf(content: unknown): Schema;
  /** What such a file is called in messages, e.g. "a run file". */
  readonly what: string;
  /** Whether groups whose name begins with `x-` may stand at the top, to be referred to by anchors. Default: no. */
  readonly hasExtensions?: boolean;
  /** A file of secrets: no message repeats anything that it says. Default: false. */
  readonly isSecret?: boolean;
  /** Changes what the file says, before anything is read of it. */
  readonly amend?: (document: Document, lines: LineCounter) => void;
  /** Applied to the plain value before it is checked. */
  readonly prepare?: (value: unknown) => unknown;
  refuse(place: SettingsPlace, message: string, options?: ErrorOptions): Refusal;
  /** What all faults of the fields make together, at least two. Default: only the first is told. */
  refuseAll?(faults: readonly ExplainedIssue[]): Refusal;
}

export interface ParsedSettings<Settings, Refusal extends Error> {
  readonly settings: Settings;
  /** What the file says, unchanged. */
  readonly written: unknown;
  /** An error about one of its fields, with the line. */
  error(field: string, message: string, cause?: unknown): Refusal;
  /** From 1, of the key at a path, or of the nearest one above it that is there. */
  line(path: readonly string[]): number | undefined;
  /**
   * Checks a part that the schema left open against a schema of its own, and fills in its defaults.
   * @param path the keys to the part
   * @throws Refusal
   */
  part<Schema extends z.ZodType>(path: readonly string[], value: unknown, schema: Schema): z.infer<Schema>;
  /** A part as YAML of its own, with its numbers as they were written. */
  text(path: readonly string[]): string;
}

/**
 * Reads a file of settings in YAML, fills in the defaults, and checks each field by itself.
 * @throws what the form makes of the first fault
 */
export function parseSettings<Schema extends z.ZodType, Refusal extends Error>(
  text: string,
  form: SettingsForm<Schema, Refusal>,
): ParsedSettings<z.infer<Schema>, Refusal> {
  const { what, isSecret = false, prepare = (value) => value, refuse } = form;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) {
    const { line } = lines.linePos(fault.pos[0]);
    // The library tells programmers which function to call.
    const reason = fault.code === 'MULTIPLE_DOCS' ? 'it holds several documents' : fault.message.split('\n')[0];
    throw refuse({ line, field: '' }, `not valid YAML${isSecret ? '' : `: ${reason}`}`);
  }
  form.amend?.(document, lines);
  const explain = (issue: z.core.$ZodIssue, checked: z.ZodType, depth: number): ExplainedIssue =>
    explainIssue(issue, { document, lines, what, isSecret }, (path) => knownKeys(checked, path.slice(depth)));
  const check = <Part extends z.ZodType>(value: unknown, checked: Part, path: readonly string[]): z.infer<Part> => {
    const parsed = checked.safeParse(value);
    if (parsed.success) return parsed.data;
    const faults = parsed.error.issues
      .flatMap(oneEach)
      .map((issue) => explain({ ...issue, path: [...path, ...issue.path] }, checked, path.length));
    const [first] = faults;
    if (first === undefined) throw parsed.error;
    if (form.refuseAll !== undefined && faults.length > 1) throw form.refuseAll(faults);
    throw refuse({ line: first.line, field: first.field }, first.message);
  };
  const whole = plainValue(document, (at, message, options) =>
    // The cause too would be logged.
    isSecret ? refuse(at, 'not usable YAML') : refuse(at, message, options),
  );
  const written = form.hasExtensions ? withoutExtensions(whole) : whole;
  const content = prepare(written);
  const lineAt = (path: readonly string[]): number | undefined =>
    explainIssue({ code: 'custom', path: [...path], message: '', input: undefined }, { document, lines, what }, () => []).line;
  return {
    settings: check(content, form.schemaOf(content), []),
    written,
    error: (field, message, cause) => {
      return refuse({ line: lineAt(field.split('.')), field }, message, { cause });
    },
    line: lineAt,
    part: (path, value, partSchema) => check(value, partSchema, path),
    text: (path) => textOfPart(document, path),
  };
}

/** What the names of groups begin with that are there for anchors alone. */
export const extensionForm = '^x-';

function withoutExtensions(content: unknown): unknown {
  if (!isGroup(content)) return content;
  const extension = new RegExp(extensionForm);
  return Object.fromEntries(Object.entries(content).filter(([name]) => !extension.test(name)));
}

/** One issue for each unknown key. */
function oneEach(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ ...issue, keys: [key] })) : [issue];
}

function textOfPart(document: Document, path: readonly string[]): string {
  try {
    return String(new Document(document.getIn(path, true)));
  } catch {
    // It refers to an outside anchor, which only the plain value has resolved.
    return stringify(path.reduce<unknown>((part, key) => (part as Readonly<Record<string, unknown>>)[key], document.toJS()));
  }
}

function plainValue(document: Document, refuse: SettingsForm<z.ZodType, Error>['refuse']): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    // Aliases that multiply without end.
    throw refuse({ line: undefined, field: '' }, `not usable YAML: ${(cause as Error).message}`, { cause });
  }
}

/** The keys that a schema allows at a path; none where it says nothing of them. */
export function knownKeys(of: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  let schema: z.core.$ZodType | undefined = unwrapped(of);
  for (const key of path) {
    if (schema instanceof z.ZodObject) schema = unwrapped(schema.shape[String(key)]);
    else if (schema instanceof z.ZodRecord) schema = unwrapped(schema.valueType);
    else if (schema instanceof z.ZodArray) schema = unwrapped(schema.element);
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schema of the value itself, without its default and its preprocessing. */
function unwrapped(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? unwrapped(schema.out) : schema;
}
