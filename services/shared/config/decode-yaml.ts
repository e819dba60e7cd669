import { LineCounter, parseDocument } from 'yaml';

/** Text that is not YAML; JSON is YAML too. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  /** From 1. */
  readonly line: number;

  constructor(line: number, message: string, options?: ErrorOptions) {
    super(`line ${line}: ${message}`, options);
    this.line = line;
  }
}

/**
 * Decodes one YAML document to a plain value. Warnings count as errors: they are tags that nobody meant, as in `if: !passed`.
 * @throws YamlError for the first thing that is wrong
 */
export function decodeYaml(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault === undefined) return document.toJS();
  const { line } = lines.linePos(fault.pos[0]);
  const [what = ''] = fault.message.split('\n');
  const hint = fault.code === 'TAG_RESOLVE_FAILED' ? '; put quotes around a text that begins with "!"' : '';
  throw new YamlError(line, what.replace(/[.:]$/, '') + hint, { cause: fault });
}
