# --- The Python program in a reply ---

DEFINITION = r"^\s*(?:async\s+def|def|class|import|from)\s+\w|^\w+\s*="


def read_program(reply):
    """Fenced blocks (those that only show a use of it, or test it, are left out), other marks, or bare code; "" for none."""
    text = without_asides(reply).replace("\r\n", "\n")
    blocks = fenced_blocks(text)
    if blocks:
        defining = [block for block in blocks if finds(DEFINITION, block, "m") and not is_test(block)]
        return without_margins("\n\n".join(defining or blocks))
    marked = js(
        r"\[BEGIN\]\s*([\s\S]*?)(?:\[DONE\]|$)|\[PYTHON\]\s*([\s\S]*?)(?:\[\/PYTHON\]|$)|<code>\s*([\s\S]*?)(?:<\/code>|$)", "i"
    ).search(text)
    inline = js(r"`{1,3}(?:python\s+)?((?:def|class|import|from|\w+\s*=\s*lambda)\b[^`\n]*)`{1,3}").findall(text)
    held = next((part for part in marked.groups() if part is not None), None) if marked else None
    code = json_code(text) if held is None else held
    if code is not None:
        return plain_blanks(code.rstrip(SPACES))
    return plain_blanks(bare_program(text) or (inline[-1] if inline else ""))


def fenced_blocks(text):
    """In order; a fence ends at the next one that is not inside a string of several lines, such as a docstring."""
    lines, blocks, at = text.split("\n"), [], 0
    while at < len(lines):
        opening = js(r"^[ \t>]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^`\n]*$").search(lines[at])
        at += 1
        if opening is None:
            continue
        fence, language, begin, first = opening[1], opening[2], at, None

        def is_end(line):
            sign = trim(line)
            return len(sign) >= len(fence) and finds(r"^(?:`+|~+)$", sign) and sign[0] == fence[0]

        while at < len(lines):
            if is_end(lines[at]):
                first = at if first is None else first
                if not is_in_string("\n".join(lines[begin:at])):
                    break
            at += 1
        # A string that never ends is none.
        if at >= len(lines) and first is not None:
            at = first
        if language.lower() in ("", "python", "py", "python3", "py3"):
            blocks.append(plain_blanks("\n".join(lines[begin:at]).rstrip(SPACES)))
        at += 1
    return blocks


def is_in_string(code):
    opened = None
    for mark in js(r"\\.|\"\"\"|'''|#.*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'").findall(code):
        if opened is None and mark in ('"""', "'''"):
            opened = mark
        elif mark == opened:
            opened = None
    return opened is not None


def is_test(block):
    """It has nothing but tests, or takes the function from a module that only the model has in mind."""
    definitions = js(r"^((?:async\s+)?(?:def|class)\s+.*)", "m").findall(block)
    is_tested = bool(definitions) and all(finds(r"def test\w*\(\)|class Test\w*\b", line) for line in definitions)
    return is_tested or finds(
        r"^\s*(?:from|import)\s+(?:solution|main|answer|your_\w+|my_\w+|\w*_?module)\b", block, "m"
    )


def plain_blanks(code):
    """Without blanks that Python does not know for such."""
    margin = r"^[ \t\u00a0\u2000-\u200a\u202f\u3000]+"
    return replaced(margin, lambda found: re.sub("[^ \t]", " ", found[0]), re.sub("[\u200b\ufeff]", "", code), "m")


def json_code(text):
    if not finds(r"^\s*\{[\s\S]*\}\s*$", text):
        return None
    code = r"^\s*(?:def|class|import|from)\b"
    return next((one for one in json_object(text).values() if isinstance(one, str) and finds(code, one, "m")), None)


def bare_program(text):
    """From the first line that begins a program, with the constants and remarks right above it, to the end."""
    lines = text.split("\n")
    beginning = r"^(?:import \w|from \w[\w.]* import |(?:async )?def \w+ ?\(|class \w|@\w)"
    start = next((at for at, line in enumerate(lines) if finds(beginning, line)), None)
    if start is None:
        return ""
    other = r"^(?:\s*|#.*|[A-Za-z_]\w*\s*(?::[^=]+)?=[^=].*)$"
    above = next((at for at in reversed(range(start)) if not finds(other, lines[at])), -1)
    return trim("\n".join(lines[above + 1 :]))


def defines(program, name):
    """Whether a program gives a name to something at its top level."""
    plain = re.sub("[^A-Za-z0-9_]", "", name)
    return finds(
        rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{plain}\b|^{plain}[ \t]*(?::[^=\n]*)?=[^=]|import .*\b{plain}\b", program, "m"
    )
