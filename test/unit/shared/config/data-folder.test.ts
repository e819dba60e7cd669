import { expect, it } from 'vitest';
import { dataFolderOf } from '../../../../services/shared/config/data-folder.ts';

it('is where SCALE_DATA says, else where XDG has data of users', () => {
  expect(dataFolderOf({ HOME: '/home/me' })).toBe('/home/me/.local/share/scale/data');
  expect(dataFolderOf({ HOME: '/home/me', XDG_DATA_HOME: '/data' })).toBe('/data/scale/data');
  expect(dataFolderOf({ HOME: '/home/me', XDG_DATA_HOME: 'not/absolute' })).toBe('/home/me/.local/share/scale/data');
  expect(dataFolderOf({ HOME: '/home/me', XDG_DATA_HOME: '/data', SCALE_DATA: '/mine' })).toBe('/mine');
});
