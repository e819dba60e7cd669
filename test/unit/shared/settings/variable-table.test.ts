import { expect, test } from 'vitest';
import { between } from '../../../../services/domain/settings/number-rules.ts';
import { readVariables, type VariableTable } from '../../../../services/shared/settings/variable-table.ts';

const table = {
  share: { variable: 'SHARE', ...between(0, 1), default: 0.5, description: 'a part' },
  loud: { variable: 'LOUD', type: 'flag', default: false, description: 'is heard' },
  folder: { variable: 'FOLDER', type: 'text', description: 'somewhere' },
} as const satisfies VariableTable;

test('variables are texts, and are read as what the table says', () => {
  expect(readVariables(table, {})).toEqual({ share: 0.5, loud: false });
  const given = { SHARE: ' 0.25 ', LOUD: 'true', FOLDER: '/a/b' };
  expect(readVariables(table, given)).toEqual({ share: 0.25, loud: true, folder: '/a/b' });
});

test.each([
  [{ SHARE: '2' }, 'SHARE must be a number from 0 to 1, but is "2"'],
  [{ SHARE: 'half' }, 'SHARE must be a number from 0 to 1, but is "half"'],
  [{ LOUD: 'yes' }, 'LOUD must be true or false, but is "yes"'],
])('%o is refused in one sentence', (environment, message) => {
  expect(() => readVariables(table, environment)).toThrow(message);
});
