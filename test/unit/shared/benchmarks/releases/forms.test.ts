import { execFileSync } from 'node:child_process';
import { mkdir, mkdtempDisposable, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHashOf, textKeyOf } from '../../../../../services/shared/benchmarks/releases/content-hash.ts';
import { math } from '../../../../../services/shared/benchmarks/releases/math.ts';
import { pythonJson } from '../../../../../services/shared/benchmarks/releases/python-json.ts';
import { readTar } from '../../../../../services/shared/benchmarks/releases/read-tar.ts';
import { applyRecipe, recipeFor } from '../../../../../services/shared/benchmarks/releases/recipe.ts';
import { releasedBenchmarks } from '../../../../../services/shared/benchmarks/releases/registry.ts';
import { keysOf } from '../../../../../services/shared/benchmarks/releases/split-manifest.ts';
import { mathParquet } from '../../../../support/benchmarks/parquet-releases.ts';
import { tarOf } from '../../../../support/benchmarks/tar.ts';

describe("JSON as Python's", () => {
  it('has blanks after commas and colons, and escapes what is not ASCII or leaves it', () => {
    const value = { text: 'é "\\\n\u007f 😀', list: [1, -2, true, null, []], empty: {} };
    expect(pythonJson(value, 'ascii')).toBe(
      String.raw`{"text": "\u00e9 \"\\\n\u007f \ud83d\ude00", "list": [1, -2, true, null, []], "empty": {}}`,
    );
    expect(pythonJson(value, 'unicode')).toBe(`{"text": "é \\"\\\\\\n\u007f 😀", "list": [1, -2, true, null, []], "empty": {}}`);
  });

  it('says the same as any JSON', () => {
    const value = fc.jsonValue({ noUnicodeString: false }).filter((json) => !/\de[+-]|\d\.\d/.test(JSON.stringify(json)));
    fc.assert(
      fc.property(value, fc.constantFrom('ascii' as const, 'unicode' as const), (json, style) => {
        expect(JSON.parse(pythonJson(json, style))).toEqual(JSON.parse(JSON.stringify(json)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('hashes of content', () => {
  it('do not depend on the order of fields, but on that of rows and on every value', () => {
    const rows = [{ a: 1, b: { c: 2, d: [3] } }, { a: 4 }];
    expect(contentHashOf([{ b: { d: [3], c: 2 }, a: 1 }, { a: 4 }])).toBe(contentHashOf(rows));
    expect(contentHashOf(rows.toReversed())).not.toBe(contentHashOf(rows));
    expect(contentHashOf([{ a: 1, b: { c: 2, d: [3, 3] } }, { a: 4 }])).not.toBe(contentHashOf(rows));
  });

  it('name a text whatever its blanks', () => {
    expect(textKeyOf(' One\n and  two? ')).toBe(textKeyOf('One and two?'));
    expect(textKeyOf('One and two?')).not.toBe(textKeyOf('One and three?'));
  });
});

describe('recipes', () => {
  it('copy any text together from pieces of a source that has its letters, digits and blanks', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, more) => {
        const source = `${more}${[...text].toReversed().join('')}`;
        expect(applyRecipe(recipeFor(text, source), source)).toBe(text);
      }),
    );
  });

  it('cannot tell what the source does not have', () => {
    expect(() => recipeFor('answer 7', 'answer')).toThrow(/" " is not in the source/);
    expect(() => recipeFor('7', 'answer')).toThrow(/"7" is not in the source/);
  });
});

describe('the manifests', () => {
  const manifests = [...releasedBenchmarks.values()].flatMap(({ files }) => Object.entries(files));

  it('hold a key or a recipe for each row, and none twice', () => {
    for (const [file, manifest] of manifests) {
      const problems = (manifest.recipes ?? []).map((recipe) => recipe.slice(0, recipe.indexOf(':')));
      const keys = [...keysOf(manifest), ...new Set(problems)];
      if (manifest.optional === undefined) expect(keys, file).toHaveLength(manifest.rows);
      expect(new Set(keys).size, file).toBe(keys.length);
    }
  });

  it('hold no text of a question or an answer', () => {
    for (const [file, manifest] of manifests) {
      for (const key of keysOf(manifest)) expect(key, file).toMatch(/^(\d+|\d+=[0-9a-f]{12}|[0-9a-f]{12}|[0-9a-f]{24})$/);
      for (const recipe of manifest.recipes ?? []) expect(recipe, file).toMatch(/^\d+:( (\d+\+\d+|[^\p{L}\p{N}\s]|$))+$/u);
    }
  });
});

describe('tar archives', () => {
  const entries = [
    { path: 'MATH/test/a.json', content: '{}' },
    { path: `${'long/'.repeat(30)}b.json`, content: 'x'.repeat(513) },
    { path: 'empty', content: '' },
  ];

  const filesIn = async (archive: Uint8Array) =>
    (await readTar(archive)).map(({ path, content }) => ({ path, content: Buffer.from(content).toString() }));

  it('give their files, with long names', async () => {
    expect(await filesIn(tarOf(entries))).toEqual(entries);
  });

  it.each(['v7', 'ustar', 'gnu', 'pax'])(
    'are read as tar writes them in the form %s, without links and folders',
    async (form) => {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'scale-tar-'));
      await mkdir(join(folder.path, 'words'));
      await writeFile(join(folder.path, 'words/über.json'), '{}\n');
      await symlink('words/über.json', join(folder.path, 'link'));
      execFileSync('tar', [`--format=${form}`, '-cf', 'made.tar', 'link', 'words'], { cwd: folder.path });
      expect(await filesIn(await readFile(join(folder.path, 'made.tar')))).toEqual([
        { path: 'words/über.json', content: '{}\n' },
      ]);
    },
  );

  // POSIX (pax, "ustar Interchange Format"): what follows the empty blocks at the end is undefined. tar-stream 3.2.2 reads on.
  it('end at an empty block, whatever comes after it', async () => {
    expect(await filesIn(Buffer.concat([tarOf(entries), Buffer.from('left over'.repeat(100))]))).toEqual(entries);
    expect(await filesIn(Buffer.concat([tarOf(entries), tarOf([{ path: 'another', content: '' }])]))).toEqual(entries);
  });

  it('are refused where they are cut off, damaged or no archive', async () => {
    const archive = tarOf(entries);
    await expect(filesIn(archive.subarray(0, 2_600))).rejects.toThrow('the archive is cut off');
    await expect(filesIn(archive.subarray(0, 1_200))).rejects.toThrow('the archive is cut off');
    archive[1_024] = 1;
    await expect(filesIn(archive)).rejects.toThrow('it is not a tar archive, or is damaged at byte 1024');
    archive[3] = 1;
    await expect(filesIn(archive)).rejects.toThrow('it is not a tar archive, or is damaged at byte 0');
    await expect(filesIn(Buffer.from('<html>'.repeat(200)))).rejects.toThrow(/not a tar archive/);
    await expect(filesIn(Buffer.from('<html>'))).rejects.toThrow(/not a tar archive/);
  });
});

describe('MATH as Parquet files by subject', () => {
  const [, , bySubject] = math.sources;
  const row = { problem: 'One and one?', level: 'Level 5', type: 'Prealgebra', solution: '$\\boxed{2}$' };
  it('gives the rows of all files', async () => {
    const other = { ...row, problem: 'Two and two?' };
    expect(await bySubject?.rowsOf([mathParquet([row]), mathParquet([other, row])])).toEqual([row, other, row]);
  });

  it('refuses what is no Parquet file', async () => {
    await expect(bySubject?.rowsOf([Buffer.from('<html>not here</html>')])).rejects.toThrow(/not a Parquet file, or is damaged/);
  });
});
