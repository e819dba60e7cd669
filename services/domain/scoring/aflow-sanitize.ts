import { pythonString } from './answer-program.ts';
import { longestCode } from './longest-code.ts';

/**
 * Python: AFlow's `sanitize`. From the longest valid stretch of an answer it keeps the imports, then the top-level definitions
 * and plain assignments that the wanted function refers to by name, directly or not. So `if`, `try` and `with` at the top level,
 * annotated assignments and asynchronous functions are lost.
 */
export function aflowSanitize(entryPoint: string): string {
  return `${longestCode}
import sys

def named_parts(tree):
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name, node
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node

def reachable(parts, start):
    known = {name for name, _ in parts}
    uses = {name: set() for name in known}
    for name, node in parts:
        uses[name] |= {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)} & known
    found, waiting = set(), [start] if start in known else []
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(uses[name])
    return found

def source_of(node, code):
    decorators = [f"@{ast.get_source_segment(code, inner)}" for inner in getattr(node, "decorator_list", [])]
    return "\\n".join([*decorators, ast.get_source_segment(code, node)])

def answer_code():
    code = longest_code(sys.stdin.read())
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return code
    parts = list(named_parts(tree))
    kept = reachable(parts, ${pythonString(entryPoint)})
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    wanted = [*imports, *(node for name, node in parts if name in kept)]
    return "\\n".join(source_of(node, code) for node in wanted)
`;
}
