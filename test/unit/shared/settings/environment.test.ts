import { expect, it } from 'vitest';
import { readSecret } from '../../../../services/shared/settings/environment.ts';

it('reads a secret by the name of its variable, and takes nothing for none', () => {
  expect(readSecret('MY_KEY', { MY_KEY: ' abc\n' })).toBe('abc');
  expect(readSecret('MY_KEY', { MY_KEY: ' ' })).toBeUndefined();
  expect(readSecret('MY_KEY', {})).toBeUndefined();
});
