/** Commands of LaTeX that begin as an escape does, and go on as no word behind a tab or a line end would. */
const certain = 'r(?:ight|angle|floor|ceil|ho)|t(?:ext(?:bf|it|rm)?|imes|heta|frac|riangle)|n(?:abla|eq|otin)';

/** These count beside another command alone: a line may begin with "u". */
const likely = `${certain}|n(?:e|eg|u|ot|mid)|t(?:o|an|au)`;

/** An escape that is meant as one, or in its group a backslash that is not. */
const written = new RegExp(
  String.raw`\\["\\/\n]|(\\(?:[^"\\/\nbfnrtu]|[bf][A-Za-z]|u(?![\dA-Fa-f]{4})|(?:${certain})(?![A-Za-z])))`,
  'g',
);

/** Backslashes that stand for themselves: two of them, or one that begins neither a sign's number nor a line end or tab. */
const backslash = new RegExp(String.raw`\\\\|\\(?!["/\n]|u[\dA-Fa-f]{4}|(?!(?:${likely})(?![A-Za-z]))[nrt])`, 'g');

/**
 * A text in quotation marks, of JSON or YAML, as models write it: one with formulas often has their backslashes as they are, so
 * that "\frac" would begin with a form feed, and "\sqrt" be no JSON. In such a text they are escaped; it may have line ends as
 * "\n" all the same.
 */
export function withLiteralBackslashes(quoted: string): string {
  const hasFormulas = quoted.includes('\\') && [...quoted.matchAll(written)].some(([, command]) => command !== undefined);
  return hasFormulas ? quoted.replace(backslash, (each) => each + each) : quoted;
}
