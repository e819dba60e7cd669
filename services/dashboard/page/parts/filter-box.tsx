import { useEffect, useRef, useState } from 'preact/hooks';

interface FilterBoxProps {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
}

/** Milliseconds without a key before what was typed counts. */
const pause = 150;

/** The key / leads here. */
export function FilterBox({ label, value, change }: FilterBoxProps) {
  const [text, setText] = useState(value);
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setText(value), [value]);
  useEffect(() => () => clearTimeout(waiting.current), []);
  return (
    <input
      type="search"
      class="filter"
      data-filter
      aria-label={label}
      placeholder={label}
      value={text}
      onInput={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        clearTimeout(waiting.current);
        waiting.current = setTimeout(() => change(typed), pause);
      }}
    />
  );
}
