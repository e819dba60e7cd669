const byteOrderMarks = /[\u200b\u2060\ufeff]/g;
/** Special tokens that some servers leave in: GLM's box around an answer, and ends of a turn. */
const boxTokens = /<\|(?:begin|end)_of_box\|>/g;
const endOfTurn = /(?:<[|｜][\w▁]{1,30}[|｜]>|<\/s>|<end_of_turn>)$/;
const longestToken = 40;

/** Blanks that do not break a line, where a text is indented. */
const wideMargins = /^[ \t]*\u00a0[ \t\u00a0]*/gm;
const plainBlanks = (margin: string): string => margin.replaceAll('\u00a0', ' ');

/**
 * A reply without signs that nobody sees, the leftovers of servers, and the quotation marks of Markdown around the whole of it.
 */
export function withoutStraySigns(reply: string): string {
  let text = reply
    .replaceAll('\r\n', '\n')
    .replaceAll(byteOrderMarks, '')
    .replaceAll(boxTokens, '')
    .replaceAll(wideMargins, plainBlanks);
  if (/^\s*>/.test(text) && !/^[ \t]*[^\s>]/m.test(text)) text = text.replaceAll(/^[ \t]*> ?/gm, '');
  for (
    let end = endOfTurn.exec(text.trimEnd().slice(-longestToken));
    end !== null;
    end = endOfTurn.exec(text.trimEnd().slice(-longestToken))
  )
    text = text.trimEnd().slice(0, -end[0].length);
  return text;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#34': '"', '#39': "'", apos: "'", amp: '&' };

/** HTML's entities and Markdown's escapes, which are read only where there are no tags without. */
export function unescaped(text: string): string {
  return text
    .replaceAll(/&(lt|gt|quot|#34|#39|apos|amp);/g, (_, name: string) => entities[name] ?? '')
    .replaceAll(/\\([<>_])/g, '$1');
}
