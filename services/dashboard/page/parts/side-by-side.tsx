import { nounFor } from '../../../domain/names/count-of.ts';
import type { DifferenceLine } from '../../api/workflow-shown.ts';

interface SideBySideProps {
  readonly before: string;
  readonly after: string;
  readonly lines: readonly DifferenceLine[];
}

interface Pair {
  readonly left?: Extract<DifferenceLine, { readonly text: string }>;
  readonly right?: Extract<DifferenceLine, { readonly text: string }>;
  readonly gap?: number;
}

/** Two workflow files beside each other; one below the other where there is little room. */
export function SideBySide({ before, after, lines }: SideBySideProps) {
  if (!lines.some(({ kind }) => kind === 'added' || kind === 'removed')) {
    return <p class="faint">The two files are the same.</p>;
  }
  return (
    <div class="wide">
      <table class="difference" aria-label={`${before} and ${after} side by side`}>
        <colgroup>
          <col class="numbers" />
          <col />
          <col class="numbers" />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              {before}
            </th>
            <th scope="col" colSpan={2}>
              {after}
            </th>
          </tr>
        </thead>
        <tbody>
          {pairsOf(lines).map((pair, place) =>
            pair.gap === undefined ? (
              <tr key={place}>
                <Side line={pair.left} sign="−" />
                <Side line={pair.right} sign="+" />
              </tr>
            ) : (
              <tr key={place} class="gap">
                <td colSpan={4}>
                  {pair.gap} {nounFor(pair.gap, 'line')} the same
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

function Side({ line, sign }: { readonly line: Pair['left']; readonly sign: string }) {
  if (line === undefined) {
    return (
      <>
        <td class="line-number" />
        <td class="nothing" />
      </>
    );
  }
  const isChanged = line.kind !== 'same';
  const number = sign === '−' && line.kind !== 'added' ? line.before : line.kind !== 'removed' ? line.after : '';
  return (
    <>
      <td class="line-number">{number}</td>
      <td class={isChanged ? line.kind : undefined}>
        <span class="sign" aria-hidden={!isChanged}>
          {isChanged ? sign : ' '}
        </span>
        {isChanged && <span class="hidden">{line.kind}: </span>}
        <code dir="auto">{line.text}</code>
      </td>
    </>
  );
}

/** Removed lines beside the added ones that took their place. */
function pairsOf(lines: readonly DifferenceLine[]): Pair[] {
  const pairs: Pair[] = [];
  let removed: Pair['left'][] = [];
  let added: Pair['right'][] = [];
  const flush = () => {
    for (let place = 0; place < Math.max(removed.length, added.length); place += 1) {
      const [left, right] = [removed[place], added[place]];
      pairs.push({ ...(left && { left }), ...(right && { right }) });
    }
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === 'removed') removed.push(line);
    else if (line.kind === 'added') added.push(line);
    else {
      flush();
      pairs.push(line.kind === 'gap' ? { gap: line.lines } : { left: line, right: line });
    }
  }
  flush();
  return pairs;
}
