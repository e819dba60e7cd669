import { useEffect } from 'preact/hooks';
import { links } from './route.ts';

/** Milliseconds in which the second key of two must follow. */
const together = 1_200;

export const shortcuts: readonly { readonly keys: string; readonly does: string }[] = [
  { keys: '?', does: 'these shortcuts' },
  { keys: '/', does: 'filter what is listed' },
  { keys: 'g r', does: 'go to the runs' },
  { keys: 'g s', does: 'go to the sweeps' },
  { keys: 'g c', does: 'go to the comparison' },
  { keys: 'g w', does: 'go to the workers' },
  { keys: 'g m', does: "go to a run's queries × workflows" },
  { keys: 'g o', does: "go to a run's overview" },
  { keys: '[  ]', does: 'the round before or after' },
  { keys: 'u', does: "a round's parent" },
  { keys: 't', does: 'light, dark, or as the system has it' },
  { keys: '↑ ↓ ← →', does: 'move in the tree, the matrix and the rows of a table' },
];

/** Keys of the whole page. Nothing while somebody types, nor while a dialog is open. */
export function useShortcuts(): void {
  useEffect(() => {
    let goAt = Number.NEGATIVE_INFINITY;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
      if (event.target.closest('input, select, textarea, dialog') !== null) return;
      const isGoing = event.timeStamp - goAt < together;
      goAt = Number.NEGATIVE_INFINITY;
      if (isGoing) {
        const to = placeOf(event.key);
        if (to !== undefined) location.assign(to);
        return;
      }
      if (event.key === 'g') goAt = event.timeStamp;
      if (event.key === '?') document.querySelector<HTMLElement>('[data-help]')?.click();
      if (event.key === 't') document.querySelector<HTMLElement>('[data-theme-switch]')?.click();
      if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLElement>('[data-filter]')?.focus();
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

function placeOf(key: string): string | undefined {
  const run = /^#\/runs\/([^/?]+)/.exec(location.hash)?.[1];
  const places: Readonly<Record<string, string | undefined>> = {
    ...{ r: links.runs(), s: links.sweeps(), c: links.compare(), w: links.workers() },
    ...(run !== undefined && { m: `#/runs/${run}/matrix`, o: `#/runs/${run}` }),
  };
  return places[key];
}
