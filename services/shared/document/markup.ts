/** HTML or SVG that is safe to insert as it is. */
export interface Markup {
  readonly markup: string;
}

export type MarkupPart = Markup | string | number | undefined | false | readonly MarkupPart[];

/**
 * Template tag for HTML and SVG: whatever is inserted is escaped, unless it is markup itself. Texts from models end up in
 * reports, so there is no other way to build markup here.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  const inserted = parts.map((part, index) => `${textOf(part)}${strings[index + 1] ?? ''}`);
  return { markup: `${strings[0] ?? ''}${inserted.join('')}` };
}

function textOf(part: MarkupPart): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'object') return 'markup' in part ? part.markup : part.map(textOf).join('');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: HTML allows none of these, escaped or not
  const printable = String(part).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd');
  return printable.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
