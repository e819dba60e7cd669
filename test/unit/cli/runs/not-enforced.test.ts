import { expect, test } from 'vitest';
import { notEnforced } from '../../../../services/cli/runs/not-enforced.ts';
import type { RunFile } from '../../../../services/shared/config/run-file.ts';

test('whoever asks for what is only kept is told so, and nobody else', () => {
  expect(notEnforced({} as RunFile)).toEqual([]);
  expect(notEnforced({ team: 'vision' } as RunFile)).toEqual([expect.stringContaining('team')]);
});
