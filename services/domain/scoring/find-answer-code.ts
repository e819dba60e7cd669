import { pythonString } from './answer-program.ts';
import { longestCode } from './longest-code.ts';

/**
 * Python: the program that an answer means. The last fenced block that defines the function, else the answer as a whole, else
 * its longest valid stretch; a bare function body is put under the prompt's signature. Nothing is cut out of it.
 */
export function findAnswerCode(entryPoint: string, prompt: string): string {
  return `${longestCode}
import re
import sys
import textwrap

ENTRY, PROMPT = ${pythonString(entryPoint)}, ${pythonString(prompt)}
FENCED = re.compile(r"^[ \\t]*\`\`\`[^\\n]*\\n(.*?)(?:^[ \\t]*\`\`\`|\\Z)", re.DOTALL | re.MULTILINE)

def bound_names(node):
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    else:
        for inner in ast.iter_child_nodes(node):
            yield from bound_names(inner)

def defines_entry(code):
    return is_python(code) and any(ENTRY in bound_names(node) for node in ast.parse(code).body)

def candidates(text):
    blocks = [textwrap.dedent(block) for block in FENCED.findall(text)]
    yield from reversed(blocks)
    yield text
    yield longest_code(text)
    for body in [*reversed(blocks), text]:
        yield PROMPT + textwrap.indent(textwrap.dedent(body), "    ")

def answer_code():
    text = sys.stdin.read()
    return next(filter(defines_entry, candidates(text)), text)
`;
}
