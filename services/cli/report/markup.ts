/** HTML or SVG that is safe to insert as it is. */
export interface Markup {
  readonly markup: string;
}

export type MarkupPart = Markup | string | number | undefined | false | readonly MarkupPart[];

/**
 * Template tag for HTML and SVG: whatever is put in is escaped, unless it is markup itself. Texts of models end up in reports,
 * so there is no other way to build markup here.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  const inserted = parts.map((part, index) => `${textOf(part)}${strings[index + 1] ?? ''}`);
  return { markup: `${strings[0] ?? ''}${inserted.join('')}` };
}

function textOf(part: MarkupPart): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'object') return 'markup' in part ? part.markup : part.map(textOf).join('');
  return String(part).replace(/[&<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (sign) => `&#${escapedSign(sign)};`);
}

/** Control characters are not allowed in HTML even when escaped: they become the replacement character. */
function escapedSign(sign: string): number {
  const code = sign.charCodeAt(0);
  return code < 32 ? 0xfffd : code;
}
