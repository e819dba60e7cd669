/** What the formats of the reports need of node:util, for a browser: an escape sequence is nothing that a page could obey. */
export function stripVTControlCharacters(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '');
}
