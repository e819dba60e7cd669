import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unpacked } from './official-rows.ts';
import { placeFile } from './place-file.ts';
import { readTar } from './read-tar.ts';
import { releasedBenchmarks } from './registry.ts';
import { ReleaseError } from './release-error.ts';
import { type JudgedFile, judgeFile, reportFile } from './split-file-state.ts';
import type { SplitManifest } from './split-manifest.ts';

export interface ImportedFile extends JudgedFile {
  readonly file: string;
  readonly from: string;
  readonly what: 'written' | 'already there' | 'refused';
}

interface FoundFile {
  readonly file: string;
  readonly from: string;
  readonly bytes: Uint8Array;
}

/** Where AFlow's files are in a copy of AFlow, or in what its archive unpacks to. */
const placesInside = ['', 'datasets', 'data', 'data/datasets'];

/**
 * Takes files that are already in AFlow's form, from a file, a folder or a tar archive, and writes those that are AFlow's into
 * the data folder. Others are refused, as is a file whose name is already taken by a different one.
 * @throws ReleaseError if there is nothing to take
 */
export async function importFiles(path: string, folder: string): Promise<ImportedFile[]> {
  const found = await findFiles(path);
  if (found.length === 0) {
    const names = [...knownFiles().keys()].join(', ');
    throw new ReleaseError('missing-file', `${path} has none of AFlow's files (${names})`);
  }
  const imported: ImportedFile[] = [];
  for (const each of found) imported.push(await importFile(each, folder));
  return imported;
}

async function importFile({ file, from, bytes }: FoundFile, folder: string): Promise<ImportedFile> {
  const manifest = knownFiles().get(file) ?? { rows: 0 };
  const judged = { file, from, ...(await judgeFile(bytes, manifest)) };
  if (judged.state === 'other') return { ...judged, what: 'refused' };
  const there = await reportFile(folder, file, manifest);
  if (there.state === 'missing') {
    await placeFile(folder, file, await unpacked(bytes));
    return { ...judged, what: 'written' };
  }
  if (there.state !== 'other') return { ...judged, what: 'already there' };
  return { ...judged, what: 'refused', fault: `${there.path} is another file: move it away first` };
}

function knownFiles(): Map<string, SplitManifest> {
  return new Map([...releasedBenchmarks.values()].flatMap(({ files }) => Object.entries(files)));
}

async function findFiles(path: string): Promise<FoundFile[]> {
  const kind = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ReleaseError('missing-file', `${path} cannot be read (${cause.message})`, { cause });
  });
  if (kind.isDirectory()) return findInFolder(path);
  const bytes = await readFile(path);
  if (/\.(tar|tar\.gz|tgz)$/.test(path)) return findInArchive(path, await unpacked(bytes));
  return knownFiles().has(basename(path)) ? [{ file: basename(path), from: path, bytes }] : [];
}

async function findInFolder(folder: string): Promise<FoundFile[]> {
  for (const place of placesInside.map((inside) => join(folder, inside))) {
    const names = (await readdir(place).catch(() => [])).filter((name) => knownFiles().has(name));
    if (names.length === 0) continue;
    const read = async (file: string): Promise<FoundFile> => {
      const from = join(place, file);
      return { file, from, bytes: await readFile(from) };
    };
    return Promise.all(names.map(read));
  }
  return [];
}

async function findInArchive(path: string, archive: Uint8Array): Promise<FoundFile[]> {
  return (await readTar(archive)).flatMap(({ path: inside, content }) => {
    const file = basename(inside);
    return knownFiles().has(file) ? [{ file, from: `${path}:${inside}`, bytes: content }] : [];
  });
}
