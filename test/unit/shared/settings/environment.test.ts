import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readSecret } from '../../../../services/shared/settings/environment.ts';

it('reads a secret by the name of its variable, and takes nothing for none', () => {
  expect(readSecret('MY_KEY', { MY_KEY: ' abc\n' })).toBe('abc');
  expect(readSecret('MY_KEY', { MY_KEY: ' ' })).toBeUndefined();
  expect(readSecret('MY_KEY', {})).toBeUndefined();
});

it('reads it from the file that the other variable names, as it is now', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'key');
  const environment = { MY_KEY: ' ', MY_KEY_FILE: file };
  expect(() => readSecret('MY_KEY', environment)).toThrow(`MY_KEY_FILE names ${file}, which does not exist`);
  writeFileSync(file, 'abc\n');
  expect(readSecret('MY_KEY', environment)).toBe('abc');
  writeFileSync(file, 'def');
  expect(readSecret('MY_KEY', environment)).toBe('def');
  expect(() => readSecret('MY_KEY', { ...environment, MY_KEY: 'abc' })).toThrow('MY_KEY and MY_KEY_FILE are both set');
  writeFileSync(file, '\n');
  expect(() => readSecret('MY_KEY', environment)).toThrow(`MY_KEY_FILE names ${file}, which is empty`);
});
