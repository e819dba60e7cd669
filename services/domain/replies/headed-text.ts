/**
 * What a reply says under a heading where a tag was asked for: "**Modification:** Ask for steps." or "## Modification" above the
 * line. Undefined where there is no such heading, or where two say different things.
 */
export function headedText(text: string, name: string): string | undefined {
  const mark = String.raw`^[ \t]*(?:[-*>#]+[ \t]*)*(?:\d{1,2}[.)][ \t]*)?`;
  const line = new RegExp(String.raw`${mark}\**${name}\**[ \t]*[:：]\**[ \t]*(\S[^\n]*)$`, 'gim');
  const heading = new RegExp(
    String.raw`^[ \t]*(?:#+[ \t]*\**|\*\*)${name}[:：]?\**[:：]?[ \t]*\n[ \t\n]{0,20}(\S[^\n]*)$`,
    'gim',
  );
  const found = [line, heading].flatMap((pattern) => [...text.matchAll(pattern)].map((match) => (match[1] ?? '').trim()));
  const [said, ...others] = new Set(found.map((one) => one.replace(/^\*\*|\*\*$/g, '').trim()));
  return others.length === 0 ? said : undefined;
}
