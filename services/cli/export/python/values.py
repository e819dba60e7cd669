# --- Values between the steps ---


class ExpressionError(Exception):
    """An expression that has no value."""


class Unsigned(int):
    """CEL's uint; an int is its int, and a float its double."""


def scalar_text(value):
    """None if it has no text form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return plain_double(value) if math.isfinite(value) else None
    return str(int(value)) if isinstance(value, int) else None


def text_of(value):
    """The items of a list are separated by blank lines."""
    if not isinstance(value, list):
        return scalar_text(value)
    items = [scalar_text(item) for item in value]
    return None if None in items else "\n\n".join(items)


def within_limits(value):
    if isinstance(value, str) and len(value.encode("utf-16-le", "surrogatepass")) > 2 * 262_144:
        raise ExpressionError("a text is longer than 262144 characters")
    if isinstance(value, list) and len(value) > 200:
        raise ExpressionError(f"a list of {len(value)} items is longer than 200")
    return value


def joined(*parts):
    """A template filled in."""
    texts = [text_of(within_limits(part)) for part in parts]
    if None in texts:
        raise ExpressionError("a part of the template is not a text: name one of its fields")
    return "".join(texts)
