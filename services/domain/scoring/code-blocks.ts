/**
 * Python, below longestCode: the blocks of code in an answer as models write them, in order. A fence of backticks or tildes is
 * closed by the next one that leaves valid Python in the block, so that one inside a docstring closes nothing; one that is never
 * closed ends with the answer. Blocks in other languages count only if there are none in Python.
 */
export const codeBlocks = `
import html
import json
import re
import textwrap

FENCE = re.compile(r"^[ \\t>]*(?:(?:[-*\\u2022]|\\d{1,2}[.)])[ \\t]+)?(\`{3,}|~{3,})[ \\t]*([^\\n\`]*)$")
MOST_BLOCKS = 100

# "Do not write:" above a block, unless it says that this one is right.
REJECTS = re.compile(
    r"\\b(?:(?:do not|don't) (?:write|use|do|submit)|wrong|incorrect|buggy|tempted"
    r"|following (?:\\w+ ){0,3}(?:does not work|doesn't work|would not work|won't work|fails))\\b"
    r"|^\\W*(?:avoid|(?:(?:a|one|the most|another) )?common (?:mistake|error|pitfall)s?)\\b",
    re.IGNORECASE,
)
# "Here is a buggy version:", whatever else it says.
SHOWS_WRONG = re.compile(r"\\b(?:here is|here's) an? (?:\\w+ )?(?:wrong|incorrect|buggy)\\b", re.IGNORECASE)
PRESENTS = re.compile(
    r"\\b(?:correct|corrected|fix|fixed|fixes|right|final|better|updated|instead|here is|here's|now)\\b|\\bso:\\s*$", re.IGNORECASE
)

def code_blocks(text):
    return [block for block, _ in fenced(text)[0]]

def fenced(text):
    """Its blocks, each with whether the line above rejects it, and the text behind the last."""
    lines = text.split("\\n")
    python, other, at, behind = [], [], 0, 0
    while at < len(lines) and len(python) + len(other) < MOST_BLOCKS:
        fence = FENCE.match(lines[at])
        if not fence:
            at += 1
            continue
        language = (fence[2].split() or [""])[0].strip("{}.:").lower()
        is_python_block = language in ("", "python", "py", "python3", "py3", "python2", "ipython", "pycon", "sage")
        end = block_end(lines, at, fence[1], is_python_block)
        block = textwrap.dedent("\\n".join(lines[at + 1 : end]))
        above = next((line for line in reversed(lines[behind:at]) if line.strip()), "")
        rejected = bool(SHOWS_WRONG.search(above) or (REJECTS.search(above) and not PRESENTS.search(above)))
        (python if is_python_block else other).append((block, rejected))
        at = behind = end + 1
    return python or other, "\\n".join(lines[behind:]) if behind else ""

def block_end(lines, begin, mark, is_python_block):
    ends = [at for at in range(begin + 1, len(lines)) if is_end(lines[at], mark)][:20]
    if is_python_block:
        for end in ends:
            if is_python(repaired(textwrap.dedent("\\n".join(lines[begin + 1 : end])))):
                return end
    return ends[0] if ends else len(lines)

def is_end(line, mark):
    rest = line.strip(" \\t>\\r")
    return len(rest) >= len(mark) and set(rest) == {mark[0]}

MARKS = (
    (r"\\[BEGIN\\]", r"\\[DONE\\]"),
    (r"\\[PYTHON\\]", r"\\[/PYTHON\\]"),
    (r"<(?:code|python|program|solution|answer)\\b[^<>]*>", r"</(?:code|python|program|solution|answer)>"),
)

def marked_codes(text):
    """Between marks of other kinds, the last first; in quotation marks, as some are asked for it."""
    for begin, end in MARKS:
        for found in reversed(re.findall(begin + r"(.*?)(?:" + end + r"|\\Z)", text, re.DOTALL | re.IGNORECASE)):
            code = textwrap.dedent(found.strip("\\n")).rstrip()
            yield code
            yield code.strip(" '\\"")
    yield from json_codes(text)

def literal(text):
    """A dict as Python writes it."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None

def json_codes(text):
    """In a JSON object, however deep, or a text that is one JSON string."""
    start, end = text.find("{"), text.rfind("}")
    is_string = text.strip()[:1] == '"'
    part = text if is_string else text[start : end + 1] if 0 <= start < end else "null"
    try:
        held = json.loads(part)
    except (ValueError, RecursionError):
        held = literal(part)
    yield from texts_of(held)

def texts_of(held, depth=0):
    if isinstance(held, str):
        yield held
    elif isinstance(held, (dict, list)) and depth < 4:
        for value in held.values() if isinstance(held, dict) else held:
            yield from texts_of(value, depth + 1)

def inline_codes(text):
    yield from reversed(re.findall(r"\`{3}(?:python|py)?[ \\t]*([^\`\\n]+)\`{3}", text))
    yield from reversed(re.findall(r"(?<!\`)\`([^\`\\n]+)\`(?!\`)", text))

INVISIBLE = dict.fromkeys(map(ord, "\\u200b\\u200c\\u200d\\u2060\\ufeff"))
# The end of a turn that a server leaves in.
LEFTOVERS = re.compile(r"\\s*(?:</s>|<[|\\uff5c][\\w\\u2581]{1,30}[|\\uff5c]>|<end_of_turn>)\\s*\\Z")
BLANKS = re.compile("[\\u00a0\\u2000-\\u200a\\u202f\\u205f\\u3000]")
QUOTES = str.maketrans("\\u201c\\u201d\\u2018\\u2019", "\\"\\"''")
# What each line of a quotation, a session, a listing or a patch begins with; in a session, what a program prints does not.
LINE_MARKS = (r"> ?", r"(?:>>>|\\.\\.\\.|In \\[\\d+\\]:|[ ]+\\.\\.\\.:)(?: |$)", r"[ \\t]*\\d+(?:[ \\t]*[|:.)])?(?: |$)", r"\\+")

def unmarked(code):
    lines = code.split("\\n")
    if any(line.startswith("+") for line in lines):
        lines = [line for line in lines if not line.startswith("-")]
    for mark in map(re.compile, LINE_MARKS):
        marked = [line for line in lines if mark.match(line)]
        is_session = mark.pattern.startswith("(?:>>>") and marked and code.lstrip().startswith((">>>", "In ["))
        if is_session or all(mark.match(line) for line in lines if line.strip()):
            yield textwrap.dedent("\\n".join(mark.sub("", line, count=1) for line in (marked if is_session else lines)))

def repaired(code):
    """Code that was Python before its signs were exchanged for others, or its first line lost its indentation."""
    if is_python(code):
        return code
    plain = LEFTOVERS.sub("", code.translate(INVISIBLE))
    indented = "\\n".join(BLANKS.sub(" ", line[: len(line) - len(line.lstrip())]) + line.lstrip() for line in plain.split("\\n"))
    unescaped = html.unescape(plain)
    forms = [indented, BLANKS.sub(" ", plain), *unmarked(plain), unescaped, unescaped.translate(QUOTES)]
    return next(filter(is_python, [*forms, *map(textwrap.dedent, first_line_forms(indented))]), code)

def first_line_forms(code):
    first, *more = code.split("\\n")
    widths = [len(line) - len(line.lstrip()) for line in more if line.strip()]
    least = min(widths, default=0)
    # Behind a colon the others are one step deeper.
    steps = (4, 2, 8, 0) if first.rstrip().endswith(":") else (0, 4, 2)
    return ["\\n".join([" " * (least - step) + first.lstrip(), *more]) for step in steps if least >= step]

def body_forms(body):
    yield textwrap.dedent(body)
    yield from map(textwrap.dedent, first_line_forms(BLANKS.sub(" ", body.translate(INVISIBLE))))
`;
