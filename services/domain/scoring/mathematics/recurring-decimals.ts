const dotted = /(?<=\.\d*)\\dot\s*\{?(\d)\}?(\d*)\\dot\s*\{?(\d)\}?/g;
const marked = /(?<=\.\d*)\\(?:bar|dot)\s*(?:\{(\d+)\}|(\d))/g;

/** 0.\bar{3}, 0.\dot{3} and 0.\dot{1}4285\dot{7} with the bar that is read further on: 0.\overline{3}. */
export function withRecurringDecimals(text: string): string {
  return text
    .replace(dotted, '\\overline{$1$2$3}')
    .replace(marked, (_all, group?: string, digit = '') => `\\overline{${group ?? digit}}`);
}
