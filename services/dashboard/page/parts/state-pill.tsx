/** A state in a word and by a shape: never by its colour alone. */
export function StatePill({ state, note }: { readonly state: string; readonly note?: string | undefined }) {
  return (
    <span class={`pill s-${state}`} title={note}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        <path d={shapes[state] ?? shapes.waiting} />
      </svg>
      {state}
    </span>
  );
}

const shapes: Readonly<Record<string, string>> = {
  running: 'M2 1l7 4l-7 4z',
  paused: 'M2 1h2v8h-2zM6 1h2v8h-2z',
  completed: 'M1 5l1.4-1.4L4 5.2l3.6-3.6L9 3L4 8z',
  failed: 'M1 2.4L2.4 1L5 3.6L7.6 1L9 2.4L6.4 5L9 7.6L7.6 9L5 6.4L2.4 9L1 7.6L3.6 5z',
  cancelled: 'M1 1h8v8h-8z',
  interrupted: 'M5 0L10 9H0z',
  waiting: 'M5 1a4 4 0 1 0 .01 0zM5 3a2 2 0 1 1-.01 0z',
};
