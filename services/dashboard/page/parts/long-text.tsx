import { useState } from 'preact/hooks';
import { formatCount } from '../../../shared/document/format.ts';

/** Characters that are shown at first: a browser lays out a hundred thousand of them slowly, and nobody reads them at once. */
const atFirst = 4_000;

/** A text of somebody else's, as text: kept in its lines, in its own direction, and shortened until somebody asks for all of it. */
export function LongText({ text, label }: { readonly text: string; readonly label: string }) {
  const [isWhole, setWhole] = useState(false);
  if (text === '') return <p class="faint">(empty)</p>;
  const isLong = text.length > atFirst;
  return (
    <div class="long-text">
      {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre dir="auto" tabIndex={0} role="region" aria-label={label}>
        {isLong && !isWhole ? `${text.slice(0, atFirst)}…` : text}
      </pre>
      {isLong && (
        <button type="button" class="link" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${formatCount(text.length)} characters`}
        </button>
      )}
    </div>
  );
}
