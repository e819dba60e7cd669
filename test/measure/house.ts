/**
 * Figures of how the sources lie: node test/measure/house.ts [CHECKOUT]
 * Tests, generated code and blank checkouts' node_modules are left out. Another checkout, for before and after, is made by
 * `git worktree add`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { folderArrows, folderCircles } from '../support/project/folder-order.ts';

const checkout = resolve(process.argv[2] ?? join(import.meta.dirname, '../..'));
const services = join(checkout, 'services');

interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Types included. */
  readonly imports: ReadonlySet<string>;
}

const sources = readdirSync(services, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
  .map((name): Source => {
    const path = join(services, name);
    const text = readFileSync(path, 'utf8');
    const imports = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(([, to = '']) =>
      resolve(dirname(path), to),
    );
    return { path, text, lines: text.split('\n').length - 1, imports: new Set(imports) };
  });

const byPath = new Map(sources.map((source) => [source.path, source]));
const packages = readdirSync(services);
const lengths = sources.map(({ lines }) => lines).sort((one, other) => one - other);
const at = (share: number): number => lengths[Math.floor(share * (lengths.length - 1))] ?? 0;
const importers = new Map(sources.map(({ path }) => [path, sources.filter(({ imports }) => imports.has(path)).length]));
const once = sources.filter(({ path }) => importers.get(path) === 1);
const matching = (pattern: RegExp, of = sources): number =>
  of.reduce((sum, { text }) => sum + [...text.matchAll(pattern)].length, 0);
const files = (pattern: RegExp): number => sources.filter(({ text }) => pattern.test(text)).length;
const renderers = sources.filter(({ path }) =>
  /render-|html-sections|interval-rows|interval-plot|document\/write-(?:html|markdown|terminal|text)/.test(
    `${basename(dirname(path))}/${basename(path)}`,
  ),
);

const figures: [string, string | number][] = [
  ['files / lines', `${sources.length} / ${sources.reduce((sum, { lines }) => sum + lines, 0)}`],
  ['median / 90 % / longest file, lines', `${at(0.5)} / ${at(0.9)} / ${at(1)}`],
  ['files of 20 lines or fewer', lengths.filter((lines) => lines <= 20).length],
  ['files with one importer', `${once.length} (${Math.round((100 * once.length) / sources.length)} %)`],
  ['of these in cli', once.filter(({ path }) => relative(services, path).startsWith('cli/')).length],
  ['file circles, types included', fileCircles().length],
  ...packages.map((name): [string, number] => [
    `folder circles in ${name}`,
    folderCircles(folderArrows(join(services, name))).length,
  ]),
  ['error classes', matching(/\bclass \w+ extends \w*Error\b/g)],
  ['of these directly of Error', matching(/\bclass \w+ extends Error\b/g)],
  ['errors told apart by the string of their name', matching(/\b(?:error|cause)\.name\b|\w+Names\.has\(/g)],
  ['places that add an abort listener', matching(/addEventListener\(\s*'abort'/g)],
  ['files that add an abort listener', files(/addEventListener\(\s*'abort'/)],
  [
    'files with a back-off of their own',
    files(/2 \*\* |Math\.pow\(2|\* 2 \*\*|\b(?:pause|wait|delay)\w* \* 2\b|Math\.min\(\w+, 2 \* \w*(?:wait|pause|delay)/i),
  ],
  [
    'files that read the real clock or set timers',
    files(/\bDate\.now\(|performance\.now\(|\bsetTimeout\(|node:timers\/promises/),
  ],
  ['files / lines of renderers', `${renderers.length} / ${renderers.reduce((sum, { lines }) => sum + lines, 0)}`],
];

const width = Math.max(...figures.map(([name]) => name.length));
for (const [name, value] of figures) console.log(`${name.padEnd(width)}  ${value}`);

function fileCircles(): string[][] {
  const reach = (start: string): Set<string> => {
    const seen = new Set<string>();
    const open = [...(byPath.get(start)?.imports ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(byPath.get(next)?.imports ?? []));
    }
    return seen;
  };
  const reached = new Map(sources.map(({ path }) => [path, reach(path)]));
  const circles = sources.flatMap(({ path }) => {
    const seen = reached.get(path);
    return seen?.has(path) ? [[...seen].filter((other) => reached.get(other)?.has(path)).sort()] : [];
  });
  return [...new Map(circles.map((circle) => [circle.join(' '), circle])).values()];
}
