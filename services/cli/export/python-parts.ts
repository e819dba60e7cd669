import { readFile } from 'node:fs/promises';

/** What an exported file may need besides its workflow, in the order in which it stands there. */
const partNames = [
  'operators',
  'running',
  'model',
  'values',
  'expressions',
  're2',
  'numbers',
  'random_stream',
  'patterns',
  'thoughts',
  'tags',
  'answers',
  'choices',
  'verdicts',
  'programs',
  'sandbox',
  'command',
] as const;

/** A definition, or a few constants that belong together. */
interface Block {
  readonly text: string;
  readonly defines: readonly string[];
}

interface Part {
  /** "# --- … ---". */
  readonly heading: string;
  readonly blocks: readonly Block[];
}

export interface PythonParts {
  /** Every name that a part defines: the workflow's own must be others. */
  readonly names: ReadonlySet<string>;
  /** Those definitions that a text needs, and what they need in turn. */
  neededBy(text: string): string;
}

/** @param filled texts for the marks @name@ */
export async function readPythonParts(filled: Readonly<Record<string, string>>): Promise<PythonParts> {
  const parts = await Promise.all(partNames.map(async (name) => partIn(withFilled(await textOf(name), filled))));
  const blocks = parts.flatMap((part) => part.blocks);
  return {
    names: new Set(blocks.flatMap(({ defines }) => defines)),
    neededBy: (text) => {
      const needed = new Set<Block>();
      const waiting = [text, 'main()'];
      for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
        const used = namesUsedIn(from);
        for (const block of blocks) {
          if (needed.has(block) || !block.defines.some((name) => used.has(name))) continue;
          needed.add(block);
          waiting.push(block.text);
        }
      }
      return parts
        .flatMap(({ heading, blocks: all }) => {
          const kept = all.filter((block) => needed.has(block)).map((block) => block.text);
          return kept.length === 0 ? [] : [`${heading}\n\n\n${kept.join('\n\n\n')}\n`];
        })
        .join('\n\n');
    },
  };
}

/** Names that stand for themselves: not of a field or method, and not in a remark. */
function namesUsedIn(text: string): ReadonlySet<string> {
  const code = text.replaceAll(/"""[\s\S]*?"""|^\s*#.*$/gm, '');
  // A function is called, or handed on; its name may be a word of a text.
  return new Set(code.match(/(?<![.\w])(?:[A-Z]\w*|[a-z_]\w*(?=[(,)]))/g));
}

async function textOf(name: (typeof partNames)[number]): Promise<string> {
  return readFile(new URL(`python/${name}.py`, import.meta.url), 'utf8');
}

function withFilled(text: string, filled: Readonly<Record<string, string>>): string {
  return text.replace(/@(\w+)@/g, (mark, name: string) => filled[name] ?? mark);
}

function partIn(text: string): Part {
  const [heading = '', ...rest] = piecesOf(text);
  const blocks: Block[] = [];
  for (const piece of rest) {
    const defines = [...piece.matchAll(/^(?:(?:async )?def|class) (\w+)|^([A-Za-z_]\w*(?:, \w+)*) =/gm)].flatMap(
      ([, one, several]) => one ?? several?.split(', ') ?? [],
    );
    const before = blocks.at(-1);
    // What defines nothing belongs to what came before it.
    if (defines.length === 0 && before !== undefined)
      blocks[blocks.length - 1] = { ...before, text: `${before.text}\n\n\n${piece}` };
    else blocks.push({ text: piece, defines });
  }
  return { heading, blocks };
}

/** Parted by blank lines, but not within a text of several lines. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let open = '';
  for (const piece of text.trim().split(/(?<=\n)\n+(?=\S)/)) {
    open += piece;
    if ((open.match(/'''/g)?.length ?? 0) % 2 === 0) {
      pieces.push(open.trimEnd());
      open = '';
    } else open += '\n';
  }
  return pieces;
}
