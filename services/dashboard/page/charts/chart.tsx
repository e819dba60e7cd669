import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface ChartProps {
  /** What it shows, for those who cannot see it. */
  readonly label: string;
  readonly caption: ComponentChildren;
  /** Draws it at a width in pixels. */
  readonly draw: (width: number) => Element;
  /** The same figures as a table. */
  readonly table: ComponentChildren;
}

/** A drawing as wide as there is room, and its figures as a table beside it. */
export function Chart({ label, caption, draw, table }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const { current } = place;
    if (current === null || width < 40) return;
    const drawn = draw(width);
    // Its style sheet is among the page's: an inline one may be forbidden by the page's policy.
    for (const style of drawn.querySelectorAll('style')) style.remove();
    // To a screen reader it is one image, and its figures are in the table.
    for (const part of drawn.querySelectorAll<SVGElement>('[aria-label]')) {
      part.dataset.part = part.getAttribute('aria-label') ?? '';
      part.removeAttribute('aria-label');
    }
    drawn.setAttribute('role', 'img');
    drawn.setAttribute('aria-label', label);
    current.replaceChildren(drawn);
  }, [draw, width, label]);
  return (
    <figure>
      <div class="drawing" ref={place} />
      <figcaption>{caption}</figcaption>
      <details>
        <summary>As a table</summary>
        {table}
      </details>
    </figure>
  );
}
