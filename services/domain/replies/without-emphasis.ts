/** Without Markdown's emphasis; what is a product or a power stays. */
export function withoutEmphasis(text: string): string {
  return (
    text
      .replace(/^\s*\}/, '')
      // "**17**!" is no factorial.
      .replace(/(?<=\w\*\*)!+(?=\s*$)/, '')
      .replace(/(?<![\w)\]}])\*\*(?=\S)|(?<=\S)\*\*(?![\w([{\\])/g, '')
      .replace(/^[\s*_`]+|[\s*_`]+$/g, '')
  );
}
