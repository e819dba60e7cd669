import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { isRunning } from '../../shared/toolchain/process-identity.ts';
import type { DataFolder } from './data-folder.ts';

const clusterRecord = z.object({
  version: z.literal(2),
  owner: z.object({ pid: z.number().int(), startTicks: z.number().optional() }),
  /** A cluster started to read stays only for one command and executes nothing. */
  purpose: z.enum(['run', 'read']),
  /** One to read that stays until another command wants the folder: others that read may use it. */
  lasting: z.boolean().optional(),
  controlAddress: z.string(),
  /** Whoever can read it may start runs with the keys of this cluster's workers: the file is for its owner alone. */
  controlToken: z.string(),
  /** Variables that the workers have, by name. */
  keyVariables: z.array(z.string()),
  simulatorUrl: z.string().optional(),
  /** Benchmark files of users that the simulated model knows. */
  simulatorBenchmarks: z.array(z.string()).default([]),
});

/** How other commands on this machine find the cluster that one of them has started. */
export type ClusterRecord = z.infer<typeof clusterRecord>;

/** Whole or not at all: another command may read it at any moment. */
export async function writeClusterFile(folder: DataFolder, record: ClusterRecord): Promise<void> {
  const unfinished = `${folder.clusterFile}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, folder.clusterFile);
}

export async function removeClusterFile(folder: DataFolder): Promise<void> {
  await rm(folder.clusterFile, { force: true });
}

/** @returns undefined if no cluster runs here; a file that a killed owner left behind does not count */
export async function readClusterFile(folder: DataFolder): Promise<ClusterRecord | undefined> {
  const text = await readFile(folder.clusterFile, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const record = parseRecord(text);
  return record !== undefined && (await isRunning(record.owner)) ? record : undefined;
}

function parseRecord(text: string): ClusterRecord | undefined {
  try {
    return clusterRecord.parse(JSON.parse(text));
  } catch {
    return undefined; // written by another version, or edited: then the folder's lock decides
  }
}
