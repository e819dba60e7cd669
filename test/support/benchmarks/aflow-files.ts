import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { releasedBenchmarks } from '../../../services/shared/benchmarks/releases/registry.ts';

const folder = process.env.SCALE_DATA ?? '';
const files = [...releasedBenchmarks.values()].flatMap((benchmark) => Object.entries(benchmark.files));
const areThere = folder !== '' && files.every(([file, { optional }]) => optional !== undefined || existsSync(join(folder, file)));

/**
 * The folder that SCALE_DATA names, if it has every file of AFlow's: they are read there and never copied into the project. Tests
 * that need them are skipped without them, and counted as skipped.
 */
export const aflowFiles = areThere ? folder : undefined;
