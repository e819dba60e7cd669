import { LineCounter, parseDocument, visit } from 'yaml';
import { ScaleError } from '../errors/scale-error.ts';
import { WholeDouble } from './whole-double.ts';

/** Text that is not YAML; JSON is YAML too. */
export class YamlError extends ScaleError {
  readonly kind = 'bad-input';
  /** From 1. */
  readonly line: number;

  constructor(line: number, message: string, options?: ErrorOptions) {
    super(`line ${line}: ${message}`, options);
    this.line = line;
  }
}

/** Enough for any workflow, but not for a text that uses aliases to fill memory. */
const maxAliasCount = 20;

/**
 * The plain value of an untrusted YAML (or JSON) text. Warnings count as errors: they are tags that were not intended, as in `if:
 * !passed`. A whole number written as a double becomes a WholeDouble.
 * @throws YamlError for the first thing that is wrong
 */
export function decodeYaml(text: string): unknown {
  const lines = new LineCounter();
  // Without the level, the library prints to stderr about keys such as those made by unquoted braces.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) {
    const [what = ''] = fault.message.split('\n');
    const hint = fault.code === 'TAG_RESOLVE_FAILED' ? '; put quotes around a text that begins with "!"' : '';
    throw new YamlError(lines.linePos(fault.pos[0]).line, what.replace(/[.:]$/, '') + hint, { cause: fault });
  }
  visit(document, {
    Scalar(_key, node) {
      const isDouble = typeof node.value === 'number' && Number.isInteger(node.value) && /^[-+.\d]*[.eE]/.test(node.source ?? '');
      if (isDouble) node.value = new WholeDouble(node.value as number);
    },
  });
  try {
    return document.toJS({ maxAliasCount });
  } catch (cause) {
    throw new YamlError(1, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
