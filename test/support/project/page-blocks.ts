/** A block of a page below the name of the file that it makes or changes. */
export interface FileBlock {
  readonly language: string;
  readonly path: string;
  readonly text: string;
}

export function fileBlocks(page: string): FileBlock[] {
  return [...page.matchAll(/^`(\S+)`\n\n```(\w+)\n([\s\S]*?)^```$/gm)].map(([, path = '', language = '', text = '']) => ({
    language,
    path,
    text,
  }));
}

/**
 * A file after a change: lines with a space are there, those with - go, those with + come; @@ stands between places.
 * @throws RangeError if a place is not there, or there twice
 */
export function changed(path: string, text: string, change: string): string {
  return change.split(/^@@\n/m).reduce((before, place) => {
    const lines = place.replace(/\n$/, '').split('\n');
    const without = (sign: string) => `\n${lines.flatMap((line) => (line.startsWith(sign) ? [] : [line.slice(1)])).join('\n')}\n`;
    const [head, tail, ...more] = `\n${before}`.split(without('+'));
    if (head === undefined || tail === undefined || more.length > 0)
      throw new RangeError(`${path} has this ${more.length === 0 ? 'nowhere' : 'more than once'}:${without('+')}`);
    return `${head}${without('-')}${tail}`.slice(1);
  }, text);
}
