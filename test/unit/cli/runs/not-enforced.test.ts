import { expect, test } from 'vitest';
import { notEnforced } from '../../../../services/cli/runs/not-enforced.ts';
import type { RunFile } from '../../../../services/shared/config/run-file.ts';
import { usualShare } from '../../../../services/shared/sharing/share-rules.ts';

test('whoever asks for what is only kept is told so, and nobody else', () => {
  expect(notEnforced({ share: usualShare } as RunFile)).toEqual([]);
  expect(notEnforced({ share: { ...usualShare, weight: 2 } } as RunFile)).toEqual([expect.stringContaining('weight')]);
  expect(notEnforced({ share: usualShare, limits: {} } as RunFile)).toEqual([expect.stringContaining('limits')]);
});
