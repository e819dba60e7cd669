import type { ComponentChildren } from 'preact';

interface CardProps {
  readonly title: string;
  readonly figure: ComponentChildren;
  readonly note?: ComponentChildren;
}

/** One figure, with what it is and what it rests on. */
export function Card({ title, figure, note }: CardProps) {
  return (
    <div class="card">
      <dt>{title}</dt>
      <dd class="figure">{figure}</dd>
      {note !== undefined && note !== '' && <dd class="note">{note}</dd>}
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly id: string;
  /** Beside the title. */
  readonly aside?: ComponentChildren;
  readonly about?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Section({ title, id, aside, about, children }: SectionProps) {
  return (
    <section aria-labelledby={`${id}-title`} id={id}>
      <div class="section-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside}
      </div>
      {about !== undefined && <p class="about">{about}</p>}
      {children}
    </section>
  );
}
