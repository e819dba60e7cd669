import type { Mark } from '../../../domain/evaluation/mark.ts';
import { MarkSign } from '../parts/score-mark.tsx';

export type LegendEntry = { readonly text: string } & ({ readonly mark: Mark } | { readonly className: string });

export function Legend({ entries }: { readonly entries: readonly LegendEntry[] }) {
  return (
    <ul class="legend">
      {entries.map((entry) => (
        <li key={entry.text}>
          {'mark' in entry ? (
            <MarkSign mark={entry.mark} />
          ) : (
            <svg class="sign" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
              <rect class={entry.className} x="1" y="1" width="12" height="12" rx="2" />
            </svg>
          )}
          {entry.text}
        </li>
      ))}
    </ul>
  );
}
