import { withLiteralBackslashes } from './literal-backslashes.ts';

/** Also without its end, so that each sign is looked at once. */
const literal = /"(?:[^"\\]+|\\[\s\S])*"?/g;

/** JSON as models write it, whose texts may have the backslashes of formulas as they are. @throws SyntaxError */
export function readJson(json: string): unknown {
  return JSON.parse(json.replace(literal, withLiteralBackslashes));
}
