# --- Patterns of RE2, as CEL's matches has them, written for Python ---

RE2_PIECE = re.compile(
    r"\\Q(?s:.*?)(?:\\E|\Z)|\\x\{[0-9A-Fa-f]+\}|\\x[0-9A-Fa-f]{2}|(?s:\\.)|\[:\^?\w+:\]|\[\^?\]?"
    r"|\(\?[a-zA-Z-]*[):]|\(\?P?<\w+>|\(\??|(?:[*+?]|\{\d+(?:,\d*)?\})\+?|(?s:.)"
)
RE2_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": r"\x00-\x7f", "blank": r"\t ", "cntrl": r"\x00-\x1f\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "space": r"\t-\r ", "upper": "A-Z",
    "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f", r"\d": "0-9", r"\s": r"\t\n\f\r ", r"\w": "0-9A-Za-z_",
    r"\D": r"\x00-/:-\U0010ffff", r"\S": r"\x00-\x08\x0b\x0e-\x1f!-\U0010ffff", r"\W": r"\x00-/:-@\[-\^`{-\U0010ffff",
}  # fmt: skip
RE2_ESCAPES = {r"\b": r"(?a:\b)", r"\B": r"(?!(?a:\b))", r"\A": r"\A", r"\z": r"\Z", "{": r"\{"}


@functools.cache
def re2(source):
    """The pattern that finds what RE2's would, but for "ı" and "İ", which are forms of "i" to Python where case does not matter."""
    made, is_class = [], False
    # Of each open group its flags, and those that are set inside it, up to its end.
    groups = [[""]]
    for piece in RE2_PIECE.findall(source):
        if is_class:
            is_class = piece != "]"
            made.append(re2_member(piece))
        elif piece.startswith("[") and not piece.startswith("[:"):
            is_class = True
            made.append(piece.replace("]", r"\]"))
        elif piece.startswith("(?") and piece.endswith(")"):
            groups[-1].append(re2_flags(piece[2:-1]))
            made.append(f"{piece[:-1]}:")
        elif piece.startswith("(") and piece != "(?":
            groups.append([re2_flags(piece[2:-1]) if piece.endswith(":") else ""])
            made.append(piece if piece.endswith(":") else "(")
        elif piece == ")" and len(groups) > 1:
            made.append(")" * len(groups.pop()))
        elif piece == "|":
            inside = groups[-1][1:]
            made.append(")" * len(inside) + "|" + "".join(f"(?{flags}:" for flags in inside))
        elif piece == "$":
            is_multi = any("m" in flags.split("-")[0] for group in groups for flags in group)
            made.append(r"(?=\n|\Z)" if is_multi else r"\Z")
        else:
            made.append(re2_piece(piece))
    return re.compile("".join(made) + ")" * (len(groups[0]) - 1))


def re2_flags(flags):
    if not re.fullmatch("[ims]*(?:-[ims]+)?", flags):
        raise ExpressionError(f"the flags {flags} of a pattern have no form in Python")
    return flags


def re2_piece(piece):
    if piece.startswith(r"\Q"):
        return re.escape(re.sub(r"\\E\Z", "", piece[2:]))
    if piece.startswith("[:") or piece == "(?" or re.fullmatch(r"[*+?}]\+|\{.*\}\+", piece):
        raise ExpressionError(f"the pattern cannot be read at {piece}")
    if piece in RE2_CLASSES:
        return f"[{RE2_CLASSES[piece]}]"
    return RE2_ESCAPES.get(piece) or re2_letter(piece)


def re2_member(piece):
    """A part of a class."""
    if piece.startswith("[:"):
        name = piece[2:-2]
        if name.lstrip("^") not in RE2_CLASSES or name.startswith("^"):
            raise ExpressionError(f"the class {piece} of a pattern has no form in Python")
        return RE2_CLASSES[name]
    return RE2_CLASSES.get(piece) or (re.sub(r"([\[&~|])", r"\\\1", piece) if piece[0] != "\\" else re2_letter(piece))


def re2_letter(piece):
    if piece.startswith(r"\x"):
        return re.escape(chr(int(piece.strip(r"\x{}"), 16)))
    if re.match(r"\\(?![afnrtv])(?:[0-9A-Za-z]|[^\x00-\x7f])", piece):
        raise ExpressionError(f"the pattern cannot be read at {piece}")
    return piece
