import type { Mark } from '../../../domain/evaluation/mark.ts';
import { lookOfScore } from '../../../domain/report/score-look.ts';
import { markPaths } from '../../../shared/document/plots/marks.ts';

export function MarkSign({ mark }: { readonly mark: Mark }) {
  return (
    <svg class="sign" width="14" height="14" viewBox="-8 -8 16 16" aria-hidden="true">
      <path class={`m-${mark}`} d={markPaths[mark]} />
    </svg>
  );
}

/** How a score came about: its mark, and in words. */
export function ScoredBy({ method, short = false }: { readonly method: string; readonly short?: boolean }) {
  const { label, mark } = lookOfScore(method);
  return (
    <span class="scored-by" title={label}>
      <MarkSign mark={mark} />
      {short ? method : label}
    </span>
  );
}
