import { ExpressionError, parseExpression } from '../expression/expression.ts';

/** The names by which a text could mean a value. */
export interface KnownNames {
  /** Steps and everything else that has a value, except query. */
  readonly values: ReadonlySet<string>;
  readonly queryFields: readonly string[];
  /** Inputs of the operator that uses the text. */
  readonly inputs: readonly string[];
}

/** Text that was meant to be filled in, and the expression that is meant; undefined for the tags of another language. */
export interface UnfilledReference {
  readonly written: string;
  readonly meant: string | undefined;
}

/**
 * Looks for what other template languages would fill in and this one leaves as text: `{query.question}`, `${draft.response}`,
 * `<query.question>`, `{question}`, `{% if … %}`. Braces of JSON, sets and LaTeX are text and stay so: only what names a value of
 * this workflow counts.
 */
export function findReference(text: string, known: KnownNames): UnfilledReference | undefined {
  const [tag] =
    /\{%-?\s*(?:if|elif|else|endif|for|endfor|set|block|endblock|macro|include|extends|raw)\b[^{}]*%\}/.exec(text) ?? [];
  if (tag !== undefined) return { written: tag, meant: undefined };
  for (const { 0: written, 1: inside = '', index } of text.matchAll(/\{([^{}\n]{1,200})\}/g)) {
    const meant = meaningOf(inside.trim(), known);
    // \frac{a}{b}, x_{i}, \{a\}: a single name in braces is LaTeX's.
    const isLatex = /[\w\\}^_]$/.test(text.slice(0, index));
    if (meant !== undefined && !(isLatex && !meant.includes('.'))) return { written: withSign(text, index) + written, meant };
  }
  for (const [written, inside = ''] of text.matchAll(/[<[]\s*(\w+(?:\.\w+)+)\s*[>\]]/g)) {
    const meant = meaningOf(inside, known);
    if (meant !== undefined) return { written, meant };
  }
  for (const [written, field = ''] of text.matchAll(/(?<![\w.])query\.([A-Za-z_]\w*)(?!\w*\s*\()/g))
    if (known.queryFields.includes(field)) return { written, meant: written };
  return undefined;
}

/** A whole text that reads as an expression over names that have values, such as `draft.response`. */
export function wholeReference(text: string, known: KnownNames): UnfilledReference | undefined {
  const written = text.trim();
  const names = namesIn(written);
  const isKnown = names.length > 0 && names.every((name) => name === 'query' || known.values.has(name));
  return isKnown ? { written, meant: written } : undefined;
}

function withSign(text: string, index: number): string {
  return /[$#%]$/.exec(text.slice(0, index))?.[0] ?? '';
}

/** The content of braces, as an expression of this language, if it means a value. */
function meaningOf(inside: string, { values, queryFields, inputs }: KnownNames): string | undefined {
  const names = namesIn(inside);
  if (names.length === 0) return undefined;
  if (/^\w+$/.test(inside)) {
    if (queryFields.includes(inside)) return `query.${inside}`;
    // A single letter is a mathematical variable.
    if (inside.length > 1 && (values.has(inside) || inside === 'query')) return inside;
    return inputs.includes(inside) ? inside : undefined;
  }
  return names.every((name) => name === 'query' || values.has(name)) ? inside : undefined;
}

/** Two words in a row, of which no expression has any outside of quotes but before and after `in`. */
const prose = /^[^"'`/]*\b(?!in\b)\w+\s+(?!in\b)\w/;

function namesIn(text: string): string[] {
  // Most texts are prompts, and to refuse one as an expression takes long.
  if (prose.test(text)) return [];
  try {
    return [...parseExpression(text).names];
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}
