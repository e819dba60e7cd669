// Writes services/shared/benchmarks/releases/manifests from AFlow's own files: `node scripts/write-split-manifests.ts FOLDER`.
// The manifests hold keys, hashes and places, and no question or answer. Only needed if AFlow's files are ever published anew.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHashOf, sha256Of, textKeyOf } from '../services/shared/benchmarks/releases/content-hash.ts';
import { recipeSourceOf } from '../services/shared/benchmarks/releases/humaneval.ts';
import { jsonLinesOf, unpackedText } from '../services/shared/benchmarks/releases/official-rows.ts';
import { recipeFor } from '../services/shared/benchmarks/releases/recipe.ts';
import type { SplitManifest } from '../services/shared/benchmarks/releases/split-manifest.ts';

/** The fields of all benchmarks that keys and recipes are made of. */
interface Row {
  readonly id: string | number;
  readonly task_id: string | number;
  readonly _id: string | number;
  readonly question: string;
  readonly problem: string;
  readonly prompt: string;
  readonly test: string;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("name the folder with AFlow's files: node scripts/write-split-manifests.ts FOLDER");
const manifests = join(import.meta.dirname, '../services/shared/benchmarks/releases/manifests');
const lineWidth = 110;

const textOf = async (file: string): Promise<string> => unpackedText(await readFile(join(folder, file)));
const rowsOf = async (file: string): Promise<Row[]> => jsonLinesOf(await textOf(file)) as Row[];

/** Keys on lines of about equal length. */
function lines(keys: readonly string[]): string[] {
  const packed: string[] = [];
  for (const key of keys) {
    const last = packed.at(-1);
    if (last !== undefined && last.length + key.length < lineWidth) packed[packed.length - 1] = `${last} ${key}`;
    else packed.push(key);
  }
  return packed;
}

async function manifestOf(file: string, how: Pick<SplitManifest, 'keys' | 'recipes' | 'optional'>): Promise<SplitManifest> {
  const text = await textOf(file);
  const rows = jsonLinesOf(text);
  return { rows: rows.length, sha256: sha256Of(text), content: contentHashOf(rows), ...how };
}

async function keyed(file: string, keyOf: (row: Row) => string): Promise<[string, SplitManifest]> {
  return [file, await manifestOf(file, { keys: lines((await rowsOf(file)).map(keyOf)) })];
}

async function write(name: string, files: readonly [string, SplitManifest][]): Promise<void> {
  await writeFile(join(manifests, `${name}.json`), `${JSON.stringify({ files: Object.fromEntries(files) }, null, 2)}\n`);
}

const bothSplits = (name: string): string[] => [`${name}_validate.jsonl`, `${name}_test.jsonl`];
const each = (name: string, keyOf: (row: Row) => string): Promise<[string, SplitManifest][]> =>
  Promise.all(bothSplits(name).map((file) => keyed(file, keyOf)));

async function humanEvalPublicTests(): Promise<[string, SplitManifest]> {
  const file = 'humaneval_public_test.jsonl';
  const official = new Map((await Promise.all(bothSplits('humaneval').map(rowsOf))).flat().map((row) => [row.task_id, row]));
  const publicRows = jsonLinesOf(await textOf(file)) as { problem_id: string; test: string[] }[];
  const recipes = publicRows.flatMap(({ problem_id, test }) => {
    const source = recipeSourceOf(official.get(problem_id) ?? { prompt: '', test: '' });
    return test.map((assertion) => `${problem_id.replace('HumanEval/', '')}: ${recipeFor(assertion, source)}`);
  });
  return [file, await manifestOf(file, { recipes })];
}

/** The test split first, then validate: names that two problems share are told apart by order alone. */
async function mbppPublicTests(): Promise<[string, SplitManifest]> {
  const rows = (await Promise.all(bothSplits('mbpp').toReversed().map(rowsOf))).flat();
  const file = 'mbpp_public_test.jsonl';
  return [file, await manifestOf(file, { keys: lines(rows.map((row) => String(row.task_id))) })];
}

const hotpotKey = ({ _id, question }: Row): string => (typeof _id === 'number' ? `${_id}=${textKeyOf(question)}` : `${_id}`);
const hotpotSample = 'hotpotqa_dev_sample.jsonl.gz';

await write('gsm8k', await each('gsm8k', ({ id }) => String(id).replace('gsm8k-test-', '')));
await write('math', await each('math', ({ problem }) => textKeyOf(problem)));
await write('drop', await each('drop', ({ id }) => String(id)));
await write('hotpotqa', [
  await keyed('hotpotqa_validate.jsonl', hotpotKey),
  [
    'hotpotqa_test.jsonl',
    { rows: 800, optional: `only AFlow's own data archive holds it; without it ${hotpotSample} stands in for the test split` },
  ],
  await keyed(hotpotSample, hotpotKey),
]);
const humanEvalFiles = await each('humaneval', ({ task_id }) => String(task_id).replace('HumanEval/', ''));
await write('humaneval', [...humanEvalFiles, await humanEvalPublicTests()]);
await write('mbpp', [...(await each('mbpp', ({ task_id }) => String(task_id))), await mbppPublicTests()]);
