import { z } from 'zod';
import { textKeyOf } from './content-hash.ts';
import manifest from './manifests/math.json' with { type: 'json' };
import { findRows, parsed, rowsBy, textOf, unpacked } from './official-rows.ts';
import { parquetRowsOf } from './parquet-rows.ts';
import { pythonJson } from './python-json.ts';
import { readTar } from './read-tar.ts';
import type { ReleasedBenchmark } from './released-benchmark.ts';
import { keysOf } from './split-manifest.ts';

const officialRow = z.object({ problem: z.string(), level: z.string(), type: z.string(), solution: z.string() });
const names = ['MATH.tar', 'MATH.tar.gz'];
const official = 'https://people.eecs.berkeley.edu/~hendrycks/MATH.tar';

/** A JSON file for each problem, in a folder for each subject. */
const rowsOfTar = async ([archive = new Uint8Array()]: readonly Uint8Array[]): Promise<unknown[]> =>
  (await readTar(await unpacked(archive)))
    .filter(({ path }) => /(^|\/)test\/[^/]+\/[^/]+\.json$/.test(path))
    .map(({ path, content }) => parsed(textOf(content), `${path} is not JSON`));

/** The same rows as published on Hugging Face, by subject. Only the subjects that AFlow uses. */
const subjects = ['prealgebra', 'number_theory', 'precalculus', 'counting_and_probability'];
const asPublishedBySubject = 'https://huggingface.co/datasets/EleutherAI/hendrycks_math/resolve/main';

/**
 * AFlow took the problems of level 5 in four subjects of the test set. Keys are derived from the problems' texts, since they have
 * no ids.
 */
export const math: ReleasedBenchmark = {
  name: 'math',
  title: 'MATH.tar by Hendrycks et al. (12,500 problems)',
  licence: 'MIT',
  sources: [
    { parts: [{ names, url: official }], rowsOf: rowsOfTar },
    { parts: [{ names, url: `https://web.archive.org/web/20240101000000id_/${official}` }], rowsOf: rowsOfTar },
    {
      parts: subjects.map((subject) => {
        const file = `${subject}/test-00000-of-00001.parquet`;
        return { names: [file], url: `${asPublishedBySubject}/${file}` };
      }),
      rowsOf: parquetRowsOf,
    },
  ],
  files: manifest.files,
  rebuild: (rows, file, split) =>
    findRows(
      rowsBy(rows, 'problem', (text) => textKeyOf(String(text))),
      keysOf(split),
      officialRow,
      file,
    ).map(([, { problem, level, type, solution }]) => pythonJson({ problem, level, type, solution }, 'ascii')),
};
