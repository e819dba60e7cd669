import { AnswerError } from '../answer-error.ts';

/** Of a path, decoded: what stands in place of each ":name". */
export type PathWords = Readonly<Record<string, string>>;

/**
 * @param path e.g. "/api/runs/:run"
 * @returns what stands in place of the names, undefined if it is another path; throws an AnswerError for what cannot be decoded
 */
export function pathMatcher(path: string): (pathname: string) => PathWords | undefined {
  const parts = path.split('/');
  return (pathname) => {
    const given = pathname.split('/');
    if (given.length !== parts.length) return undefined;
    const words: Record<string, string> = {};
    for (const [place, part] of parts.entries()) {
      const text = given[place] ?? '';
      if (part.startsWith(':')) words[part.slice(1)] = decoded(text);
      else if (part !== text) return undefined;
    }
    return words;
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new AnswerError('bad-input', 400, 'the address of the request cannot be read', { cause });
  }
}
