/**
 * How often the strict scorers agree with the measures that others use (official.py): math-verify, lm-evaluation-harness' rule
 * for GSM8K, and the official F1 of DROP and HotpotQA; over the answers that AFlow's runs recorded, over golds in the words of
 * models, and over golds with a digit changed, which nobody must accept. It installs math-verify with pip on its first run.
 *
 *   node test/agreement/compare-with-official.ts [--verbose] [--only math] --data FOLDER
 *
 * `--data` is a folder with `benchmarks` (as `scale data` fetches them) and, where they were had, `recorded`. Ends with 0 once
 * the figures are printed, with 2 if the data or what Python needs cannot be had, and with 3 if this Python has no pip.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readRecordedAnswers } from '../../services/cli/rescore/read-recorded-answers.ts';
import type { Query } from '../../services/domain/benchmark.ts';
import { finalFormula } from '../../services/domain/scoring/mathematics/final-formula.ts';
import { scorers } from '../../services/domain/scoring/registry.ts';
import type { ScoredAnswer, ScoringTools } from '../../services/domain/scoring/scorer.ts';
import { loadBenchmark } from '../../services/shared/benchmarks/load-benchmark.ts';
import { rewritings, withOtherDigit } from './rewritten-golds.ts';

const noPip = 3;
const notToBeHad = 2;
const project = resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    verbose: { type: 'boolean', default: false },
    only: { type: 'string' },
    data: { type: 'string', default: '' },
  },
});

type Rule = keyof typeof rewritings;

interface Item {
  readonly material: string;
  readonly query: Query;
  /** As the official measure takes it. */
  readonly gold: string;
  readonly answer: string;
}

interface Benchmark {
  readonly rule: Rule;
  /** By their names in official.py. */
  readonly measures: readonly string[];
  readonly splits: readonly string[];
  readonly recorded?: string;
  /** Official word measures take the answer alone, and know no marks: they get what our scorer finds. */
  readonly takesExtracted: boolean;
}

const benchmarks: readonly Benchmark[] = [
  { rule: 'math', measures: ['math'], splits: ['validate', 'test'], recorded: 'MATH.test', takesExtracted: false },
  {
    rule: 'gsm8k',
    measures: ['gsm8k', 'gsm8k-as-numbers'],
    splits: ['validate', 'test'],
    recorded: 'GSM8K.validate',
    takesExtracted: false,
  },
  { rule: 'drop', measures: ['drop'], splits: ['validate', 'test'], recorded: 'DROP.validate', takesExtracted: true },
  { rule: 'hotpotqa', measures: ['hotpotqa'], splits: ['validate'], takesExtracted: true },
];

function stop(status: number, message: string): never {
  console.error(message);
  process.exit(status);
}

/** The packages lie beside the project's other tools, and are installed once. */
function preparePython(): NodeJS.ProcessEnv {
  const python = spawnSync('python3', ['-m', 'pip', '--version'], { encoding: 'utf8' });
  if (python.error || python.status !== 0) {
    stop(
      noPip,
      'python3 with pip is needed and is not here: the comparison was not made. Install both (Debian: python3-pip), and run this again.',
    );
  }
  const packages = join(project, '.tools/agreement');
  const requirements = join(import.meta.dirname, 'requirements.txt');
  if (!existsSync(join(packages, 'math_verify'))) {
    console.error(`installing math-verify into ${packages} ...`);
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', packages, '-r', requirements];
    if (spawnSync('python3', args, { stdio: 'inherit', env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' } }).status !== 0)
      stop(notToBeHad, `pip could not install ${requirements}: the comparison was not made`);
  }
  return { ...process.env, PYTHONPATH: packages };
}

async function itemsOf({ rule, splits, recorded }: Benchmark): Promise<Item[]> {
  const folder = join(values.data, 'benchmarks');
  const items: Item[] = [];
  const golds = new Map<string, Query>();
  for (const split of splits) {
    const { queries } = await loadBenchmark({ name: rule, split, folder });
    for (const query of queries) golds.set(goldOf(rule, query), query);
    const file = join(values.data, 'recorded', `${recorded}.answers.jsonl.gz`);
    if (!recorded?.endsWith(split) || !existsSync(file)) continue;
    const { answers, queryIndexOf } = await readRecordedAnswers(file);
    for (const { q, prediction } of answers) {
      const query = queries[queryIndexOf(q) ?? -1];
      if (query) items.push({ material: 'recorded answers', query, gold: goldOf(rule, query), answer: prediction });
    }
  }
  for (const [gold, query] of golds) {
    const [first = ''] = gold.split('|');
    for (const { name, write } of rewritings[rule]) {
      const answer = write(first);
      if (answer !== undefined) items.push({ material: `gold as: ${name}`, query, gold, answer });
    }
    const other = withOtherDigit(first);
    const wrong = other === undefined ? undefined : rewritings[rule][0]?.write(other);
    if (wrong !== undefined) items.push({ material: 'gold with another digit', query, gold, answer: wrong });
  }
  return items;
}

function goldOf(rule: Rule, query: Query): string {
  return rule === 'math' ? finalFormula(query.reference).formula : query.reference;
}

async function officialScores(lines: readonly string[], env: NodeJS.ProcessEnv): Promise<number[]> {
  const child = spawn('python3', [join(import.meta.dirname, 'official.py')], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(`${lines.join('\n')}\n`);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part;
  });
  const status = await new Promise<number | null>((done) => child.on('close', done));
  if (status !== 0) stop(notToBeHad, `official.py ended with ${status}`);
  return output
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { score: number }).score);
}

interface Tally {
  answers: number;
  agree: number;
  higher: number;
  lower: number;
}

async function compare(benchmark: Benchmark, env: NodeJS.ProcessEnv): Promise<void> {
  const { rule, measures, takesExtracted } = benchmark;
  const items = await itemsOf(benchmark);
  const scorer = scorers.named(`${rule}-strict`);
  const tools: ScoringTools = { code: undefined, signal: new AbortController().signal };
  const ours = await Promise.all(items.map(({ answer, query }) => scorer.score(answer, query, tools)));
  for (const measure of measures) {
    const lines = items.map(({ gold, answer }, index) =>
      JSON.stringify({ rule: measure, gold, answer: takesExtracted ? (ours[index]?.extracted ?? answer) : answer }),
    );
    print(measure, tallied(measure, items, ours, await officialScores(lines, env)));
  }
}

function tallied(measure: string, items: readonly Item[], ours: readonly ScoredAnswer[], official: readonly number[]) {
  const tallies = new Map<string, Tally>();
  for (const [index, { material, gold, answer }] of items.entries()) {
    const tally = tallies.get(material) ?? { answers: 0, agree: 0, higher: 0, lower: 0 };
    tallies.set(material, tally);
    const { score = 0, extracted = '' } = ours[index] ?? {};
    const other = official[index] ?? 0;
    tally.answers += 1;
    // DROP's official figures have two places.
    const outcome = Math.abs(score - other) < 0.006 ? 'agree' : score > other ? 'higher' : 'lower';
    tally[outcome] += 1;
    if (values.verbose && outcome !== 'agree') {
      const line = (text: string) => text.slice(-160).replaceAll('\n', ' / ');
      console.log(
        `  ${measure}, ${material}: ours ${score}, official ${other}; gold ${gold}; read ${line(extracted)}; answer …${line(answer)}`,
      );
    }
  }
  return tallies;
}

function print(measure: string, tallies: ReadonlyMap<string, Tally>): void {
  console.log(
    `\n${measure.padEnd(32)}${'answers'.padStart(9)}${'agree'.padStart(9)}${'%'.padStart(8)}${'ours higher'.padStart(13)}${'lower'.padStart(8)}`,
  );
  for (const [material, { answers, agree, higher, lower }] of tallies) {
    const percent = ((100 * agree) / answers).toFixed(2);
    console.log(
      `  ${material.padEnd(30)}${String(answers).padStart(9)}${String(agree).padStart(9)}${percent.padStart(8)}${String(higher).padStart(13)}${String(lower).padStart(8)}`,
    );
  }
}

if (values.data === '') stop(notToBeHad, 'name with --data the folder that holds benchmarks and recorded');
if (!existsSync(join(values.data, 'benchmarks')))
  stop(notToBeHad, `${values.data} has no folder "benchmarks": name one that has with --data`);
const environment = preparePython();
for (const benchmark of benchmarks) {
  if (values.only === undefined || values.only === benchmark.rule) await compare(benchmark, environment);
}
