import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Recovery, recoveriesOn, withTables } from './reliability-page.ts';

/** Puts what the tests have measured into docs/reliability.md. @param measured a file with a line of JSON for each measurement */
const [measured] = process.argv.slice(2);
const file = join(import.meta.dirname, '../../docs/reliability.md');
const page = await readFile(file, 'utf8');
const lines = measured === undefined ? [] : (await readFile(measured, 'utf8')).split('\n').filter((line) => line !== '');
const recoveries = [...recoveriesOn(page), ...lines.map((line) => JSON.parse(line) as Recovery)];
await writeFile(file, withTables(page, recoveries));
