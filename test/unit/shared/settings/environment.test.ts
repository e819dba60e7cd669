import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultDataFolder, ownDataFolder } from '../../../../services/shared/config/data-folder.ts';
import { readSecret } from '../../../../services/shared/settings/environment.ts';

it('reads a secret by the name of its variable, and takes nothing for none', () => {
  expect(readSecret('MY_KEY', { MY_KEY: ' abc\n' })).toBe('abc');
  expect(readSecret('MY_KEY', { MY_KEY: ' ' })).toBeUndefined();
  expect(readSecret('MY_KEY', {})).toBeUndefined();
});

it("has the user's own data folder where SCALE_DATA says, else where XDG has data of users", () => {
  expect(ownDataFolder({ HOME: '/home/me' })).toBe('/home/me/.local/share/scale/data');
  expect(ownDataFolder({ HOME: '/home/me', XDG_DATA_HOME: '/data' })).toBe('/data/scale/data');
  expect(ownDataFolder({ HOME: '/home/me', XDG_DATA_HOME: 'not/absolute' })).toBe('/home/me/.local/share/scale/data');
  expect(ownDataFolder({ HOME: '/home/me', XDG_DATA_HOME: '/data', SCALE_DATA: '/mine' })).toBe('/mine');
});

it('looks for benchmark files where SCALE_DATA says, else beside the checkout, else in the home folder', async () => {
  const root = await mkdtemp(join(tmpdir(), 'scale-data-folder-'));
  try {
    const project = join(root, 'project');
    const environment = { HOME: join(root, 'home') };
    expect(defaultDataFolder({ ...environment, SCALE_DATA: join(root, 'mine') }, project)).toBe(join(root, 'mine'));
    expect(defaultDataFolder(environment, project)).toBe(join(root, 'home/.local/share/scale/data'));
    await mkdir(join(root, 'shared/data/benchmarks'), { recursive: true });
    expect(defaultDataFolder(environment, project)).toBe(join(root, 'shared/data/benchmarks'));
  } finally {
    await rm(root, { recursive: true });
  }
});
