import type { Expression, Variables } from './expression.ts';
import { ExpressionError, parseExpression } from './expression.ts';
import type { StepValue } from './value.ts';
import { textOf } from './value.ts';

/** Text with {{ expression }} in it, parsed. */
export interface Template {
  readonly parts: readonly (string | Expression)[];
  /** Set if the template is exactly one expression: then its value keeps its type. */
  readonly whole: Expression | undefined;
}

// As with expressions: a workflow is run on hundreds of queries.
const memory = new Map<string, Template>();
const memorySize = 500;

/**
 * Blanks at line ends and at the end are not part of a template, so that it does not matter how YAML writes the text. The braces
 * of \boxed{{}} are text, since there is nothing to fill in.
 * @throws ExpressionError
 */
export function parseTemplate(raw: string): Template {
  const known = memory.get(raw);
  if (known !== undefined) return known;
  const template = newTemplate(raw);
  if (memory.size >= memorySize) memory.clear();
  memory.set(raw, template);
  return template;
}

function newTemplate(raw: string): Template {
  const text = raw.replaceAll(/[ \t]*\r?\n/g, '\n').trimEnd();
  const parts: (string | Expression)[] = [];
  let rest = 0;
  let from = 0;
  for (let open = findOpen(text, from); open !== -1; open = findOpen(text, from)) {
    from = open + 4;
    if (text.startsWith('{{}}', open) && followsLatex(text.slice(0, open))) continue;
    const close = findClose(text, open + 2);
    if (close === -1)
      throw new ExpressionError(`the "{{" before "${text.slice(open + 2, open + 22)}" has no "}}"; ${bracesHint}`);
    if (open > rest) parts.push(text.slice(rest, open));
    parts.push(expressionIn(text.slice(open + 2, close), followsLatex(text.slice(0, open))));
    rest = close + 2;
    from = rest;
  }
  if (rest < text.length) parts.push(text.slice(rest));
  return { parts, whole: wholeExpression(parts) };
}

export const bracesHint = 'a single { or } is text, in JSON and LaTeX too, and two are written {{ "{{" }}';

/** Whether what comes next in a text is where LaTeX has a group: after a command, an exponent or another group. */
export const followsLatex = (before: string): boolean => /(?:\\[A-Za-z]+|[\^_}])$/.test(before);

function expressionIn(inside: string, isLatex: boolean): Expression {
  try {
    return parseExpression(inside.trim());
  } catch (error) {
    const isText = isLatex || inside.trim() === '' || inside.includes('\\') || /^\s*(?:"[^"]*"|'[^']*')\s*:/.test(inside);
    if (!(error instanceof ExpressionError) || !isText) throw error;
    throw new ExpressionError(`${error.message}; ${bracesHint}`, { cause: error });
  }
}

/** For a text whose syntax errors were already reported. */
export function parseTemplateOrNothing(text: string): Template | undefined {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** @throws ExpressionError */
export function templateValue(template: Template, variables: Variables): StepValue {
  if (template.whole !== undefined) return template.whole.value(variables);
  return templateText(template, variables);
}

/** @throws ExpressionError */
export function templateText(template: Template, variables: Variables): string {
  return template.parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const value = part.value(variables);
      const text = textOf(value);
      if (text !== undefined) return text;
      const why = typeof value === 'number' ? 'is not a finite number' : 'is not a text: name one of its fields';
      throw new ExpressionError(`"${part.text}" ${why}`);
    })
    .join('');
}

/** Of "{{{", the first brace is text: "\boxed{{{x}}}" puts x into \boxed{}. */
function findOpen(text: string, from: number): number {
  const open = text.indexOf('{{', from);
  return open !== -1 && text[open + 2] === '{' ? findOpen(text, open + 1) : open;
}

/** The "}}" that ends an expression: outside quotes, and with the braces of map literals closed. */
function findClose(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let index = from; index < text.length; index += 1) {
    const letter = text.charAt(index);
    if (quote !== '') {
      if (letter === '\\') index += 1;
      else if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '{') depth += 1;
    else if (letter === '}' && depth > 0) depth -= 1;
    else if (letter === '}' && text[index + 1] === '}') return index;
  }
  return -1;
}

function wholeExpression(parts: readonly (string | Expression)[]): Expression | undefined {
  const [only, ...others] = parts.filter((part) => typeof part !== 'string' || part.trim() !== '');
  return typeof only === 'object' && others.length === 0 ? only : undefined;
}
