import { withoutThoughts } from './split-thoughts.ts';

const fencedBlock = /```[ \t]*([\w+-]*)[^\n]*\n([\s\S]*?)(?:\n[ \t]*```|$)/g;
const definition = /^\s*(?:async\s+def|def|class|import|from)\s+\w|^\w+\s*=/m;
const pythonNames = ['', 'python', 'py', 'python3'];

/**
 * The Python program in a reply as models write them: fenced blocks (those that only show a use of it are left out), an unclosed
 * fence, or bare code after a sentence or two. "" if there is none.
 */
export function readProgram(reply: string): string {
  const text = withoutThoughts(reply).replaceAll('\r\n', '\n');
  const blocks = [...text.matchAll(fencedBlock)]
    .filter(([, language = '']) => pythonNames.includes(language.toLowerCase()))
    .map(([, , code = '']) => code.trimEnd());
  if (blocks.length > 0) {
    const defining = blocks.filter((block) => definition.test(block));
    return (defining.length > 0 ? defining : blocks).join('\n\n').trim();
  }
  return bareProgram(text);
}

/**
 * From the first line that begins a program, with the constants and remarks right above it, to the end; prose behind it would not
 * be Python, and the error says so.
 */
function bareProgram(text: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^(?:import \w|from \w[\w.]* import |(?:async )?def \w+ ?\(|class \w|@\w)/.test(line));
  if (start < 0) return '';
  const above = lines.slice(0, start).findLastIndex((line) => !/^(?:\s*|#.*|[A-Za-z_]\w*\s*(?::[^=]+)?=[^=].*)$/.test(line));
  return lines
    .slice(above + 1)
    .join('\n')
    .trim();
}

/** Whether a program gives a name to something at its top level. */
export function defines(program: string, name: string): boolean {
  const plain = name.replaceAll(/[^\w]/g, '');
  return new RegExp(
    `^(?:(?:async[ \\t]+)?def|class)[ \\t]+${plain}\\b|^${plain}[ \\t]*(?::[^=\\n]*)?=[^=]|import .*\\b${plain}\\b`,
    'm',
  ).test(program);
}
