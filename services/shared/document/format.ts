import { stripVTControlCharacters } from 'node:util';

/** Text from a model or a file, made safe for one line of a terminal: no control characters, at most `limit` long. */
export function oneLine(text: string, limit = 100): string {
  const plain = stripVTControlCharacters(text)
    .replaceAll(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ')
    .trim();
  const characters = [...plain];
  return characters.length <= limit ? plain : `${characters.slice(0, limit - 1).join('')}…`;
}

/** As the beginning of a sentence. */
export function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** E.g. "a, b and c". */
export function formatNames(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** A score in [0, 1], as 0.8712. */
export function formatScore(score: number): string {
  return score.toFixed(4);
}

/** E.g. "950", "12.4 k", "1.24 M". */
export function formatCount(count: number): string {
  if (count < 1_000) return String(Math.round(count));
  const [value, unit] = count < 999_500 ? [count / 1_000, 'k'] : count < 999_500_000 ? [count / 1e6, 'M'] : [count / 1e9, 'G'];
  return `${value.toPrecision(3)} ${unit}`;
}

/** A share in [0, 1], as "63 %". */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A share of what full evaluation would have cost; negative where more was spent. */
export function describeSaved(share: number): string {
  return `${formatShare(Math.abs(share))} ${share < 0 ? 'more spent than by' : 'saved against'} full evaluation`;
}

/** E.g. "8 s", "3 min", "2 h 05 min". */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** With all its digits, e.g. "149,428". */
export function exact(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
