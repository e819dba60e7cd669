const dotted = /(?<=\.\d*)\\dot\s*\{?(\d)\}?(\d*)\\dot\s*\{?(\d)\}?/g;
const marked = /(?<=\.\d*)\\(?:bar|dot)\s*(?:\{(\d+)\}|(\d))/g;
/** "0.333\ldots", "0.1818...": at least three digits, in which a group comes again. */
const goesOn = /(?<=(?<!\d)\d*\.\d*?)(?=\d{3})(\d{1,6}?)\1+\s*(?:\.{3}|\u2026|\\(?:l|c)?dots(?:c|b)?(?![a-z]))/g;

/** 0.\bar{3}, 0.\dot{3} and 0.\dot{1}4285\dot{7} with the bar that is read further on: 0.\overline{3}. */
export function withRecurringDecimals(text: string): string {
  return text
    .replace(goesOn, '\\overline{$1}')
    .replace(/(?<=\d\.)\((\d{1,6})\)(?![\d.])/g, '\\overline{$1}')
    .replace(dotted, '\\overline{$1$2$3}')
    .replace(marked, (_all, group?: string, digit = '') => `\\overline{${group ?? digit}}`);
}
