const functionName = /\\(?:arc(?:sin|cos|tan)|sinh?|cosh?|tanh?|cot|sec|csc|ln|log)(?![a-zA-Z])/y;
/** What ends an argument that has no brackets: \cos 3 \cdot 5 is five times \cos 3. */
const end = /\\(?:cdot|le|ge|ne|pm|mp)(?![a-z])|[+\-,;=<>)\]}|]/y;

/**
 * The same with brackets around the arguments of functions that have none. The parser of compute-engine 0.140.0 takes them through
 * products and further functions: \cos 3 \cdot 5 is \cos(15) to it, and \ln x \ln y is \ln(x \ln y).
 */
export function withBracketedArguments(latex: string): string {
  let out = '';
  for (let at = 0; at < latex.length; ) {
    const name = matchAt(functionName, latex, at);
    if (name === undefined) {
      out += latex[at];
      at += 1;
      continue;
    }
    const start = afterScripts(latex, at + name.length);
    out += latex.slice(at, start);
    const argument = latex[start] === '(' ? '' : argumentAt(latex, start);
    if (argument.trim() !== '') out += `(${withBracketedArguments(argument.trim())})`;
    at = start + argument.length;
  }
  return out;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Behind \sin^{2} and \log_{10}. */
function afterScripts(latex: string, from: number): number {
  let at = from;
  while (/[\^_]/.test(latex[at] ?? '') && latex[at + 1] === '{') at = groupEnd(latex, at + 1);
  return latex[at] === ' ' ? at + 1 : at;
}

function groupEnd(latex: string, open: number): number {
  let depth = 0;
  for (let at = open; at < latex.length; at += 1) {
    if ('([{'.includes(latex[at] ?? '')) depth += 1;
    else if (')]}'.includes(latex[at] ?? '')) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return latex.length;
}

function argumentAt(latex: string, start: number): string {
  // A sign in front, or an absolute value.
  let at = latex[start] === '-' ? start + 1 : start;
  if (latex[at] === '|') at = Math.max(at, latex.indexOf('|', at + 1)) + 1;
  while (
    at < latex.length &&
    matchAt(end, latex, at) === undefined &&
    (at === start || matchAt(functionName, latex, at) === undefined)
  ) {
    at = '([{'.includes(latex[at] ?? '') ? groupEnd(latex, at) : at + 1;
  }
  return latex.slice(start, at);
}
