// A router on simulated searches, from the search to the test split: `scale run`, `route fit`, `route eval`, `eval --run` and
// `compare`, as a user would type them. `node scripts/measure/routing-simulated.ts` prints the table of docs/routing.md. What is
// done already in the data folder is not done again.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';

const { values } = parseArgs({
  options: {
    benchmarks: { type: 'string', default: 'gsm8k,math' },
    seeds: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '12' },
    repeats: { type: 'string', default: '2' },
    'data-dir': { type: 'string', default: '.scale/routing' },
  },
});

interface Fitted {
  readonly runId: string;
  readonly pays: boolean;
  readonly verdict: { readonly difference: Interval; readonly costShare: number; readonly serves: string };
  readonly files: { readonly policy: string };
  readonly policy: {
    readonly steps: readonly { readonly check?: { readonly estimator: string } }[];
    readonly evidence: Evidence;
  };
}

interface Evidence {
  readonly queries: number;
  readonly chosen: readonly { readonly text: string }[];
  readonly ceiling?: { readonly tries: number; readonly different: number; readonly repeats: number; readonly gain: Interval };
}

interface Interval {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

interface Compared {
  readonly a: { readonly score: { readonly score: number }; readonly tokens: number; readonly executions: number };
  readonly b: { readonly score: { readonly score: number }; readonly tokens: number; readonly executions: number };
  readonly difference: Interval;
}

const folder = values['data-dir'];
const scaleCommand = join(import.meta.dirname, '../scale');
await mkdir(folder, { recursive: true });
console.log(
  '| simulated | queries | fit: points (95 %) | cost | pays | union: different − repeats | test: best alone (%) | policy (%) | points (95 %) | tokens an answer, best | policy | share |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|');
for (const benchmark of values.benchmarks.split(',')) {
  for (const seed of values.seeds.split(',')) console.log(await rowOf(benchmark, Number(seed)));
}

async function rowOf(benchmark: string, seed: number): Promise<string> {
  const name = `routing-${benchmark}-${seed}`;
  const file = join(folder, `${name}.yaml`);
  await writeFile(
    file,
    `name: ${name}\nseed: ${seed}\nbenchmark: ${benchmark}\nevaluation: { method: full, repeats: ${values.repeats} }\nsearch: { max_rounds: ${values.rounds} }\n`,
  );
  await scale('run', file);
  const fitted = (await scale('route', 'fit', name, '--verify')) as Fitted;
  const { verdict, policy, files } = fitted;
  const records = join(folder, `${name}-test.jsonl`);
  await scale('route', 'eval', files.policy, '--out', records);
  const evaluated = (await scale('eval', '--run', name)) as { readonly runId: string };
  const { a, b, difference } = (await scale('compare', evaluated.runId, records)) as Compared;
  const [best, routed] = [a.tokens / a.executions, b.tokens / b.executions];
  const { ceiling, queries } = policy.evidence;
  const cells = [
    ...[`${benchmark}, seed ${seed}`, `${queries}`, interval(verdict.difference), verdict.costShare.toFixed(2)],
    fitted.pays ? `yes: ${policy.evidence.chosen[0]?.text}` : verdict.serves === 'cheaper' ? 'no: a cheaper one' : 'no',
    ceiling ? `${percent(ceiling.different)} − ${percent(ceiling.repeats)}: ${interval(ceiling.gain)}` : '–',
    ...[percent(a.score.score), percent(b.score.score), interval(difference)],
    ...[best.toFixed(0), routed.toFixed(0), (routed / best).toFixed(2)],
  ];
  return `| ${cells.join(' | ')} |`;
}

async function scale(...words: readonly string[]): Promise<unknown> {
  const place = words[0] === 'route' && words[1] === 'eval' ? [] : ['--data-dir', folder];
  const { stdout } = await promisify(execFile)(scaleCommand, [...words, ...place, '--json'], { maxBuffer: 1024 ** 3 });
  return JSON.parse(stdout);
}

function percent(value: number): string {
  return (100 * value).toFixed(1);
}

function points(value: number): string {
  return `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}`.replace('-', '−');
}

function interval({ difference, low, high }: Interval): string {
  return `${points(difference)} (${points(low)} to ${points(high)})`;
}
