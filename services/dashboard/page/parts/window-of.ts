import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

export interface Window {
  readonly first: number;
  /** Not itself in it. */
  readonly end: number;
}

/** Rows are brought in by so many at a time, so that scrolling seldom draws anew. */
const step = 10;
/** Pixels beyond what is seen. */
const margin = 400;

/**
 * Which of many rows of one height can be seen, of a list that scrolls with the page.
 * @param list what holds the rows, with its first row at its top
 */
export function useWindow(list: RefObject<HTMLElement | null>, count: number, rowHeight: number, isOn: boolean): Window {
  const [seen, setSeen] = useState<Window>({ first: 0, end: Math.min(count, 60) });
  useLayoutEffect(() => {
    if (!isOn) return;
    let frame = 0;
    const look = () => {
      frame = 0;
      const { current } = list;
      if (!current) return;
      const top = -current.getBoundingClientRect().top;
      const first = Math.floor(Math.max(0, (top - margin) / rowHeight) / step) * step;
      const end = Math.ceil((top + window.innerHeight + margin) / rowHeight / step) * step;
      const next = { first: Math.min(first, Math.max(0, count - 1)), end: Math.min(count, Math.max(step, end)) };
      setSeen((now) => (now.first === next.first && now.end === next.end ? now : next));
    };
    const soon = () => {
      if (frame === 0) frame = requestAnimationFrame(look);
    };
    look();
    window.addEventListener('scroll', soon, { passive: true });
    window.addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('scroll', soon);
      window.removeEventListener('resize', soon);
    };
  }, [list, count, rowHeight, isOn]);
  return isOn ? seen : { first: 0, end: count };
}
