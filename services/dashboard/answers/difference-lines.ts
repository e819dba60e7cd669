import { structuredPatch } from 'diff';
import type { DifferenceLine } from '../api/workflow-shown.ts';

/** How two texts differ, with all lines that are the same but for gaps of more than twice so many. @param around Infinity: all */
export function differenceLines(before: string, after: string, around: number): DifferenceLine[] {
  const whole = Math.max(before.length, after.length) + 1;
  const context = Number.isFinite(around) ? around : whole;
  const { hunks } = structuredPatch('', '', before, after, '', '', { context });
  const total = before === '' ? 0 : before.replace(/\n$/, '').split('\n').length;
  if (hunks.length === 0) {
    if (Number.isFinite(around)) return total === 0 ? [] : [{ kind: 'gap', lines: total }];
    return before
      .replace(/\n$/, '')
      .split('\n')
      .map((text, place) => ({ kind: 'same', before: place + 1, after: place + 1, text }));
  }
  const lines: DifferenceLine[] = [];
  let told = 0;
  for (const { oldStart, newStart, lines: hunk } of hunks) {
    if (oldStart - 1 > told) lines.push({ kind: 'gap', lines: oldStart - 1 - told });
    let [inBefore, inAfter] = [oldStart, newStart];
    for (const line of hunk) {
      const [sign, text] = [line[0], line.slice(1)];
      if (sign === '-') lines.push({ kind: 'removed', before: inBefore++, text });
      else if (sign === '+') lines.push({ kind: 'added', after: inAfter++, text });
      else if (sign === ' ') lines.push({ kind: 'same', before: inBefore++, after: inAfter++, text });
    }
    told = inBefore - 1;
  }
  if (total > told) lines.push({ kind: 'gap', lines: total - told });
  return lines;
}
