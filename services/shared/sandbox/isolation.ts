/** From weakest to strongest: process limits; the kernel's namespaces set up by `unshare`; the same by bubblewrap. */
export const isolationLevels = ['plain', 'unshare', 'bwrap'] as const;

export type IsolationLevel = (typeof isolationLevels)[number];

export function isAtLeastLevel(level: IsolationLevel, lowest: IsolationLevel): boolean {
  return isolationLevels.indexOf(level) >= isolationLevels.indexOf(lowest);
}
