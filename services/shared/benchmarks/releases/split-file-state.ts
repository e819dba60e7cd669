import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHashOf, sha256Of } from './content-hash.ts';
import { jsonLinesOf, unpackedText } from './official-rows.ts';
import { ReleaseError } from './release-error.ts';
import type { SplitManifest } from './split-manifest.ts';

export type SplitFileState =
  /** Byte for byte what AFlow's file holds. */
  | 'verified'
  /** The same rows in the same order, written differently. */
  | 'same-content'
  /** Nothing is known about AFlow's file to compare it with; it has the right number of rows. */
  | 'unverified'
  /** Something else. */
  | 'other'
  | 'missing';

export interface JudgedFile {
  readonly state: SplitFileState;
  readonly rows: number;
  /** What is wrong with a file that is not AFlow's. */
  readonly fault?: string;
}

export interface FileReport extends JudgedFile {
  readonly file: string;
  readonly path: string;
  /** In bytes, as stored. */
  readonly size: number;
}

/** Whether content is what AFlow's file holds. */
export async function judgeFile(bytes: Uint8Array, manifest: SplitManifest): Promise<JudgedFile> {
  try {
    const text = await unpackedText(bytes);
    if (sha256Of(text) === manifest.sha256) return { state: 'verified', rows: manifest.rows };
    return judgeRows(jsonLinesOf(text), manifest);
  } catch (error) {
    if (error instanceof ReleaseError) return { state: 'other', rows: 0, fault: error.message };
    throw error;
  }
}

function judgeRows(list: readonly unknown[], manifest: SplitManifest): JudgedFile {
  const rows = list.length;
  if (rows !== manifest.rows) return { state: 'other', rows, fault: `it has ${rows} rows, not ${manifest.rows}` };
  if (manifest.content === undefined) return { state: 'unverified', rows };
  const isSame = contentHashOf(list) === manifest.content;
  return isSame ? { state: 'same-content', rows } : { state: 'other', rows, fault: "its rows are not AFlow's" };
}

/** The state of one of AFlow's files in a folder. */
export async function reportFile(folder: string, file: string, manifest: SplitManifest): Promise<FileReport> {
  const path = join(folder, file);
  try {
    const bytes = await readFile(path);
    return { file, path, size: bytes.length, ...(await judgeFile(bytes, manifest)) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { file, path, size: 0, state: 'missing', rows: 0 };
    return { file, path, size: 0, state: 'other', rows: 0, fault: `it cannot be read (${message})` };
  }
}

export async function reportFiles(folder: string, files: Readonly<Record<string, SplitManifest>>): Promise<FileReport[]> {
  return Promise.all(Object.entries(files).map(([file, manifest]) => reportFile(folder, file, manifest)));
}
