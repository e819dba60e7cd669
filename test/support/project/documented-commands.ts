import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const project = join(import.meta.dirname, '../../..');

/** A command that a page shows in a block of sh or bash. */
export interface DocumentedCommand {
  /** From the top of the project. */
  readonly page: string;
  readonly line: number;
  /** Without its comment; a command of several lines is one, with its line breaks. */
  readonly text: string;
}

/** Pages that people follow, in the order of their paths. */
const pages = [
  ...['CONTRIBUTING.md', 'README.md', 'k8s/README.md'],
  ...readdirSync(join(project, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].sort();

export function documentedCommands(): DocumentedCommand[] {
  return pages.flatMap((page) => commandsOf(page, readFileSync(join(project, page), 'utf8')));
}

/** What pages call by the way, as in "`scale label RUN keep` does it". */
export function mentionedCommands(): DocumentedCommand[] {
  return pages.flatMap((page) => mentionsOf(page, readFileSync(join(project, page), 'utf8')));
}

export function mentionsOf(page: string, text: string): DocumentedCommand[] {
  let isBlock = false;
  return text.split('\n').flatMap((content, index) => {
    if (content.startsWith('```')) isBlock = !isBlock;
    if (isBlock) return [];
    // In a table a bar is escaped.
    const mentions = [...content.matchAll(/(?<!\\)`(scale [^`]+)`/g)].map(([, mentioned = '']) =>
      mentioned.replaceAll('\\|', '|'),
    );
    return mentions.map((mentioned) => ({ page, line: index + 1, text: mentioned }));
  });
}

export function commandsOf(page: string, text: string): DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  let isShell = false;
  let open: { readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, language] = /^```(\w*)$/.exec(line) ?? [];
    if (language !== undefined) {
      isShell = !isShell && (language === 'sh' || language === 'bash');
      continue;
    }
    if (!isShell || (open === undefined && /^\s*(?:#|$)/.test(line))) continue;
    open ??= { line: index + 1, lines: [] };
    open.lines.push(line);
    const joined = open.lines.join('\n');
    if (isUnfinished(joined)) continue;
    commands.push({ page, line: open.line, text: withoutComment(joined) });
    open = undefined;
  }
  return commands;
}

/** A line goes on after a backslash, to the end of a text in place, and to the end of a loop. */
function isUnfinished(text: string): boolean {
  if (text.endsWith('\\')) return true;
  const [, end] = /<<'?(\w+)'?/.exec(text) ?? [];
  if (end !== undefined && !new RegExp(`\n${end}$`).test(text)) return true;
  return /^for .*; do$/m.test(text) && !/^done$/m.test(text);
}

function withoutComment(text: string): string {
  let quote = '';
  for (const [index, character] of [...text].entries()) {
    if (quote === '' && character === '#' && /\s/.test(text[index - 1] ?? '')) return text.slice(0, index).trimEnd();
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
  }
  return text;
}

/** The words of each call of scale within a command, also of one in a container, as a shell would hand them over. */
export function scaleCalls(command: string): string[][] {
  return simpleCommands(command).flatMap((words) => {
    const at = words.findIndex((word, index) => isScale(word) && isProgram(words, index));
    return at < 0 ? [] : [words.slice(at + 1)];
  });
}

const isScale = (word: string) => /^(?:scale|(?:.*\/)?scripts\/scale|scale-search)$/.test(word);

/** What stands before it is nothing, a variable, or a program that starts it. */
function isProgram(words: readonly string[], index: number): boolean {
  const before = words.slice(0, index).filter((word) => !/^[A-Z_]+=/.test(word));
  const [program = ''] = before;
  return before.length === 0 || program === 'npx' || program === 'eval' || (program === 'docker' && before.includes('run'));
}

/** Words between the signs that end a command; where output goes is none of them. */
function simpleCommands(command: string): string[][] {
  const commands: string[][] = [[]];
  const signs = /\s*(?:(<<'?\w+'?[\s\S]*$)|([|;&\n]+)|(\d?>+)\s*(\S+)|((?:"[^"]*"|'[^']*'|\\\n|[^\s|;&>"'])+))/y;
  for (let match = signs.exec(command); match !== null; match = signs.exec(command)) {
    const [, , ends, , , word] = match;
    if (ends !== undefined) commands.push([]);
    else if (word !== undefined && word !== '\\\n') commands.at(-1)?.push(word.replaceAll(/["']/g, ''));
  }
  return commands.filter((words) => words.length > 0);
}
