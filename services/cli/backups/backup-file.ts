import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { BackupDamagedError, decodeBackup } from '../../shared/contracts/backup-file.ts';
import type { BackupContents } from '../../shared/contracts/generated/scale/v1/control.ts';
import { removeLeftDrafts } from '../../shared/document/left-drafts.ts';
import { CliError } from '../cli-error.ts';

/** What a backup's file says of itself. */
export interface CheckedBackup {
  readonly bytes: number;
  readonly createdAtMs: number;
  /** Of the coordinator that gave it. */
  readonly version: string;
  readonly contents: BackupContents;
}

const readBytes = 1024 * 1024;
/** It holds all that was asked and answered. */
const ownerOnly = 0o600;

/**
 * Reads a backup from its first byte to its last.
 * @throws CliError for one that is not there, or not as it was written: it says where
 */
export async function checkBackup(path: string): Promise<CheckedBackup> {
  try {
    return await checked(readBackupFile(path));
  } catch (error) {
    throw damage(path, error);
  }
}

/** @throws CliError if it is not there */
export async function* readBackupFile(path: string): AsyncGenerator<Buffer> {
  const file = await openToRead(path);
  try {
    yield* file.createReadStream({ highWaterMark: readBytes, autoClose: false });
  } finally {
    await file.close();
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new CliError('bad-input', `there is no file ${path}`) : error;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new CliError('bad-input', `${path} is no file`);
}

/**
 * Writes a backup as it comes. Under its name there is never a part of one, and what was written was read again on the way.
 * @param mayReplace an earlier file of this name
 * @throws CliError for a file that is there
 */
export async function writeBackup(path: string, pieces: AsyncIterable<Uint8Array>, mayReplace: boolean): Promise<CheckedBackup> {
  if (!mayReplace) await refusePresent(path);
  await removeLeftDrafts(path);
  const draft = `${path}.${process.pid}.draft`;
  const file = await open(draft, 'w', ownerOnly);
  try {
    const written = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        await file.writeFile(piece);
        yield piece;
      }
    };
    const made = await checked(written());
    await file.sync();
    await file.close();
    await rename(draft, path);
    return made;
  } catch (error) {
    await file.close();
    await rm(draft, { force: true });
    throw damage(path, error);
  }
}

async function refusePresent(path: string): Promise<void> {
  const present = await open(path).catch(() => undefined);
  await present?.close();
  if (present === undefined) return;
  throw new CliError('bad-input', `${path} is there already: give another name, or --force to replace it`);
}

async function checked(bytes: AsyncIterable<Uint8Array>): Promise<CheckedBackup> {
  let [size, createdAtMs, version] = [0, 0, ''];
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      size += piece.length;
      yield piece;
    }
  };
  for await (const { body } of decodeBackup(counted())) {
    if (body?.$case === 'header') ({ createdAtMs, version } = body.value);
    if (body?.$case !== 'end' || body.value.contents === undefined) continue;
    return { bytes: size, createdAtMs, version, contents: body.value.contents };
  }
  throw new BackupDamagedError('does not say what it holds');
}

function damage(path: string, error: unknown): unknown {
  if (!(error instanceof BackupDamagedError)) return error;
  return new CliError('damaged', `${path} ${error.message}. Use another copy`, { cause: error });
}
