# --- Regular expressions, written as SCALE writes them: in ECMAScript's form, which is translated here ---

SPACES = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
SPACE_CLASS = r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
LINE_ENDS = r"\n\r\u2028\u2029"
# What Python counts among the signs of words, though it is neither a letter nor one of ten digits: "½", "²", "Ⅳ".
NUMBERS = (
    r"\u00b2-\u00b3\u00b9\u00bc-\u00be\u09f4-\u09f9\u0b72-\u0b77\u0bf0-\u0bf2\u0c78-\u0c7e\u0d58-\u0d5e\u0d70-\u0d78\u0f2a-\u0f33\u1369-\u137c\u16ee-\u16f0\u17f0-\u17f9\u19da\u2070\u2074-\u2079\u2080-\u2089"
    r"\u2150-\u2182\u2185-\u2793\u2cfd\u3007-\u3029\u3038-\u303a\u3192-\u3195\u3220-\u32bf\ua6e6-\ua6ef\ua830-\ua835"
)
LETTER = rf"(?:(?![{NUMBERS}])(?u:[^\W\d_]))"
OUTSIDE = {
    r"\d": "[0-9]", r"\D": "[^0-9]", r"\w": "[A-Za-z0-9_]", r"\W": "[^A-Za-z0-9_]", r"\s": f"[{SPACE_CLASS}]",
    r"\S": f"[^{SPACE_CLASS}]", r"\p{L}": LETTER, r"\p{N}": rf"(?u:(?=\w)[\d{NUMBERS}])", ".": f"[^{LINE_ENDS}]",
    r"[\s\S]": "(?s:.)", r"[^\S\n]": rf"(?:(?!\n)[{SPACE_CLASS}])", r"[\p{L}\p{N}]": r"(?u:[^\W_])", r"[^\p{L}\p{N}\n]": r"(?u:(?!\n)[\W_])",
    r"[\p{L}.]": rf"(?:{LETTER}|\.)",
}  # fmt: skip
INSIDE = {r"\d": "0-9", r"\w": "A-Za-z0-9_", r"\s": SPACE_CLASS, "[": r"\[", "&": r"\&", "~": r"\~", "|": r"\|"}
PIECE = re.compile(
    r"\[\\s\\S\]|\[\^\\S\\n\]|\[\^?\\p\{L\}\\p\{N\}(?:\\n)?\]|\[\\p\{L\}\.\]|\\p\{[LN]\}|\\.|\(\?<(?=[A-Za-z])|(?s:.)"
)


@functools.cache
def js(source, flags=""):
    """The pattern that finds what ECMAScript's would, but for letters and digits of rare scripts."""
    made, is_class = [], False
    for piece in PIECE.findall(source):
        if is_class:
            is_class = piece != "]"
            made.append(INSIDE.get(piece, piece))
        elif piece == "[":
            is_class = True
            made.append(piece)
        elif piece == "$":
            made.append(rf"(?=[{LINE_ENDS}]|\Z)" if "m" in flags else r"\Z")
        elif piece == "^":
            made.append(rf"(?:\A|(?<=[{LINE_ENDS}]))" if "m" in flags else r"\A")
        elif piece == "(?<":
            made.append("(?P<")
        else:
            made.append(OUTSIDE.get(piece, piece))
    # Without ASCII, "ı" and "İ" would be forms of "i".
    return re.compile(f"(?a:{''.join(made)})", re.IGNORECASE if "i" in flags else 0)


def finds(source, text, flags=""):
    return js(source, flags).search(text) is not None


def replaced(source, by, text, flags=""):
    return js(source, flags).sub(by if callable(by) else lambda _: by, text)


def group_or(match, default=""):
    """Its last group."""
    return default if match is None or match.group(match.re.groups) is None else match.group(match.re.groups)


def trim(text):
    return text.strip(SPACES)


def starts_with_small(text):
    """A letter that has a capital, after blanks."""
    rest = text.lstrip(SPACES)
    return rest != text and unicodedata.category(rest[:1] or " ") == "Ll"


def own_words(text):
    """Its signs without a meaning of their own in a pattern."""
    return re.sub(r"[.*+?^${}()|\[\]\\/-]", lambda found: "\\" + found.group(), text)
