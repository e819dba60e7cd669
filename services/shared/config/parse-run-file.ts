import { type Document, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { explainIssue } from './explain-issue.ts';
import { withPreset } from './presets.ts';
import { RunFileError } from './run-file-error.ts';
import { type RunFileSettings, runFileSchema } from './run-file-schema.ts';

export interface ParsedRunFile {
  readonly settings: RunFileSettings;
  /** An error about one of its fields, with the line. */
  error(field: string, message: string, cause?: unknown): RunFileError;
}

/**
 * Reads a run file's text, fills in the defaults, and checks each field by itself.
 * @param file what to call it in messages
 * @throws RunFileError for the first thing that is wrong
 */
export function parseRunFile(text: string, file: string): ParsedRunFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) {
    const { line } = lines.linePos(fault.pos[0]);
    throw new RunFileError({ file, line, field: '' }, `not valid YAML: ${fault.message.split('\n')[0]}`);
  }
  const place = { document, lines };
  const parsed = runFileSchema.safeParse(withPreset(plainValue(document, file)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const { message, ...where } = issue ? explainIssue(issue, place, knownKeys) : { field: '', line: undefined, message: '' };
    throw new RunFileError({ file, ...where }, message);
  }
  return {
    settings: parsed.data,
    error: (field, message, cause) => {
      const issue = { code: 'custom', path: field.split('.'), message: '', input: undefined } as const;
      const { line } = explainIssue(issue, place, knownKeys);
      return new RunFileError({ file, line, field }, message, { cause });
    },
  };
}

function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    // Aliases that multiply without end.
    throw new RunFileError({ file, field: '' }, `not usable YAML: ${(cause as Error).message}`, { cause });
  }
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.core.$ZodType | undefined = unwrapped(runFileSchema);
  for (const key of path) {
    if (schema instanceof z.ZodObject) schema = unwrapped(schema.shape[String(key)]);
    else if (schema instanceof z.ZodRecord) schema = unwrapped(schema.valueType);
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schema of the value itself, without its default and what is done to it before. */
function unwrapped(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? unwrapped(schema.out) : schema;
}
