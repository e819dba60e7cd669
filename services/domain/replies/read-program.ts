import { readJson } from './read-json.ts';
import { withoutAsides } from './split-thoughts.ts';
import { withoutMargins } from './without-margins.ts';

const definition = /^\s*(?:async\s+def|def|class|import|from)\s+\w|^\w+\s*=/m;
const pythonNames = ['', 'python', 'py', 'python3', 'py3'];

/**
 * The Python program in a reply as models write them: fenced blocks (those that only show a use of it, or test it, are left out),
 * an unclosed fence, other marks, or bare code after a sentence or two. "" if there is none.
 */
export function readProgram(reply: string): string {
  const text = withoutAsides(reply).replaceAll('\r\n', '\n');
  const blocks = fencedBlocks(text);
  if (blocks.length > 0) {
    const defining = blocks.filter((block) => definition.test(block) && !isTest(block));
    return withoutMargins((defining.length > 0 ? defining : blocks).join('\n\n'));
  }
  const marked =
    /\[BEGIN\]\s*([\s\S]*?)(?:\[DONE\]|$)|\[PYTHON\]\s*([\s\S]*?)(?:\[\/PYTHON\]|$)|<code>\s*([\s\S]*?)(?:<\/code>|$)/i;
  const [, ...held] = marked.exec(text) ?? [];
  const inline = [...text.matchAll(/`{1,3}(?:python\s+)?((?:def|class|import|from|\w+\s*=\s*lambda)\b[^`\n]*)`{1,3}/g)].at(
    -1,
  )?.[1];
  const code = held.find((part) => part !== undefined) ?? jsonCode(text);
  return plainBlanks(code?.trimEnd() ?? (bareProgram(text) || (inline ?? '')));
}

/** In order; a fence ends at the next one that is not inside a string of several lines, such as a docstring. */
function fencedBlocks(text: string): string[] {
  const lines = text.split('\n');
  const blocks: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [, fence, language = ''] = /^[ \t>]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^`\n]*$/.exec(lines[at] ?? '') ?? [];
    if (fence === undefined) continue;
    const isEnd = (line: string) =>
      line.trim().length >= fence.length && /^(?:`+|~+)$/.test(line.trim()) && line.trim()[0] === fence[0];
    const begin = at + 1;
    let first: number | undefined;
    for (at = begin; at < lines.length; at += 1) {
      if (!isEnd(lines[at] ?? '')) continue;
      first ??= at;
      if (!isInString(lines.slice(begin, at).join('\n'))) break;
    }
    // A string that never ends is none.
    if (at >= lines.length && first !== undefined) at = first;
    if (pythonNames.includes(language.toLowerCase())) blocks.push(plainBlanks(lines.slice(begin, at).join('\n').trimEnd()));
  }
  return blocks;
}

function isInString(code: string): boolean {
  let open: string | undefined;
  for (const [mark] of code.matchAll(/\\.|"""|'''|#.*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g)) {
    if (open === undefined && (mark === '"""' || mark === "'''")) open = mark;
    else if (mark === open) open = undefined;
  }
  return open !== undefined;
}

/** It has nothing but tests, or takes the function from a module that only the model has in mind. */
function isTest(block: string): boolean {
  const definitions = [...block.matchAll(/^(?:async\s+)?(?:def|class)\s+.*/gm)].map(([line]) => line);
  const isTested = definitions.length > 0 && definitions.every((line) => /def test\w*\(\)|class Test\w*\b/.test(line));
  return isTested || /^\s*(?:from|import)\s+(?:solution|main|answer|your_\w+|my_\w+|\w*_?module)\b/m.test(block);
}

/** Blanks that Python does not know for such. */
function plainBlanks(code: string): string {
  return code
    .replace(/[\u200b\ufeff]/g, '')
    .replace(/^[ \t\u00a0\u2000-\u200a\u202f\u3000]+/gm, (blanks) => blanks.replace(/[^ \t]/g, ' '));
}

function jsonCode(text: string): string | undefined {
  const json = /^\s*\{[\s\S]*\}\s*$/.exec(text)?.[0];
  if (json === undefined) return undefined;
  try {
    const fields = Object.values(readJson(json) as Record<string, unknown>);
    return fields.find((field): field is string => typeof field === 'string' && /^\s*(?:def|class|import|from)\b/m.test(field));
  } catch {
    return undefined;
  }
}

/**
 * From the first line that begins a program, with the constants and remarks right above it, to the end; prose behind it would not
 * be Python, and the error says so.
 */
function bareProgram(text: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^(?:import \w|from \w[\w.]* import |(?:async )?def \w+ ?\(|class \w|@\w)/.test(line));
  if (start < 0) return '';
  const above = lines.slice(0, start).findLastIndex((line) => !/^(?:\s*|#.*|[A-Za-z_]\w*\s*(?::[^=]+)?=[^=].*)$/.test(line));
  return lines
    .slice(above + 1)
    .join('\n')
    .trim();
}

/** Whether a program gives a name to something at its top level. */
export function defines(program: string, name: string): boolean {
  const plain = name.replaceAll(/[^\w]/g, '');
  return new RegExp(
    `^(?:(?:async[ \\t]+)?def|class)[ \\t]+${plain}\\b|^${plain}[ \\t]*(?::[^=\\n]*)?=[^=]|import .*\\b${plain}\\b`,
    'm',
  ).test(program);
}
