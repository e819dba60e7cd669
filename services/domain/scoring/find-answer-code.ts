import { pythonString } from './answer-program.ts';
import { codeBlocks } from './code-blocks.ts';
import { longestCode } from './longest-code.ts';

/**
 * Python: the program that an answer means. The function, if it stands without a fence behind all blocks; the last block of code
 * that defines it, and that the line above does not reject, with the other blocks that define what it uses; otherwise the whole
 * answer, or else its longest valid stretch; a bare function body is put under the prompt's signature. A block that imports the
 * function, or a module that does not exist, only shows how it is used. Nothing is cut out of a block.
 */
export function findAnswerCode(entryPoint: string, prompt: string): string {
  return `${longestCode}${codeBlocks}
import builtins
import importlib.util
import sys
import textwrap

ENTRY, PROMPT = ${pythonString(entryPoint)}, ${pythonString(prompt)}
GIVEN = {*dir(builtins), *"math hashlib re List Dict Tuple Optional Any".split()}

def bound_names(node):
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        if can_import(node):
            yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    else:
        for inner in ast.iter_child_nodes(node):
            yield from bound_names(inner)

def can_import(node):
    modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    try:
        return all(importlib.util.find_spec(module.split(".")[0]) for module in modules)
    except (ImportError, ValueError):
        return False

def top_names(tree):
    return {name for node in tree.body for name in bound_names(node)}

def is_stub(node):
    """A signature that only shows what is wanted."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    constants = [isinstance(line, ast.Pass) or isinstance(getattr(line, "value", None), ast.Constant) for line in node.body]
    return all(constants) and not any(isinstance(line, ast.Return) for line in node.body)

def defines_entry(code):
    """Whether it gives the function its name, and not only from somewhere else: \`import solution; f = solution.f\`."""
    if not is_python(code):
        return False
    tree = ast.parse(code)
    definitions = [node for node in tree.body if ENTRY in bound_names(node)]
    made = [node for node in definitions if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    if made:
        return not all(map(is_stub, made))
    return bool(definitions) and all(map(can_import, imports))

def missing_names(code):
    nodes = list(ast.walk(ast.parse(code)))
    bound = {name for node in nodes for name in bound_names(node)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {node.name for node in nodes if isinstance(node, ast.ExceptHandler)}
    used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return used - bound - GIVEN - PROMPT_NAMES

PROMPT_NAMES = top_names(ast.parse(PROMPT + "    pass\\n")) - {ENTRY} if is_python(PROMPT + "    pass\\n") else set()

def with_helpers(at, blocks):
    """The block with those others that define what it uses: for each name the nearest before it, else the last behind it."""
    names = [top_names(ast.parse(block)) if is_python(block) else set() for block in blocks]
    taken, missing, known = {at}, missing_names(blocks[at]), set()
    while missing - known:
        name = sorted(missing - known)[0]
        known.add(name)
        if any(name in names[other] for other in taken):
            continue
        holders = [other for other in range(len(blocks)) if name in names[other]]
        before = [other for other in holders if other < at]
        if holders:
            found = before[-1] if before else holders[-1]
            taken.add(found)
            missing |= missing_names(blocks[found])
    return "\\n\\n".join(blocks[other] for other in sorted(taken))

def candidates(text):
    found, behind = fenced(text)
    # "Fixed version:", and code without a fence.
    if re.search(rf"^def {ENTRY}\\b", behind, re.MULTILINE):
        yield longest_code(behind)
    blocks = [repaired(block) for block, _ in found]
    for at in sorted(range(len(blocks)), key=lambda at: (found[at][1], -at)):
        if defines_entry(blocks[at]):
            yield with_helpers(at, blocks)
    yield from map(repaired, marked_codes(text))
    yield repaired(text)
    yield longest_code(text)
    yield from map(repaired, inline_codes(text))
    stretches = re.findall(r"(?:^[ \\t]+\\S[^\\n]*(?:\\n|\\Z)|^[ \\t]*\\n)+", text, re.MULTILINE)
    for body in [*reversed(code_blocks(text)), *marked_codes(text), text, *reversed(stretches)]:
        for lines in body_forms(body):
            yield PROMPT + textwrap.indent(lines, "    ")
    yield PROMPT + textwrap.indent(textwrap.dedent(longest_code(text)), "    ")

def answer_code():
    # The language of a fence that is gone.
    text = re.sub(r"\\A\\s*python3?[ \\t]*\\n", "", sys.stdin.read())
    return next(filter(defines_entry, candidates(text)), text)
`;
}
