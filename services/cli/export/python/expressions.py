# --- Expressions: the functions and operators of CEL that the workflow uses ---

LEAST_INT, MOST_INT, MOST_UINT = -(2**63), 2**63 - 1, 2**64 - 1


def cel_kind_of(value):
    if value is None:
        return "null"
    for kind, name in ((bool, "bool"), (Unsigned, "uint"), (int, "int"), (float, "double"), (str, "string"), (list, "list")):
        if isinstance(value, kind):
            return name
    return "map"


def cel_no_overload(name, *values):
    return ExpressionError(f"found no matching overload for '{name}' applied to '({', '.join(map(cel_kind_of, values))})'")


def cel_no_such_call(*values):
    """A function called with too few values or too many."""
    raise cel_no_overload("call", *values)


def cel_whole(value, kind):
    """An int or a uint within its 64 bits."""
    if kind is Unsigned:
        if not 0 <= value <= MOST_UINT:
            raise ExpressionError("uint overflow")
        return Unsigned(value)
    if not LEAST_INT <= value <= MOST_INT:
        raise ExpressionError("int overflow")
    return int(value)


def cel_attempt(thunk):
    """(value, None) or (None, error)."""
    try:
        return thunk(), None
    except ExpressionError as error:
        return None, error


def cel_decide(thunks, deciding, name):
    """The deciding truth of any operand wins over errors of the others."""
    errors = []
    for thunk in thunks:
        value, error = cel_attempt(thunk)
        if value is deciding and error is None:
            return deciding
        if error is not None or not isinstance(value, bool):
            errors.append(error or cel_no_overload(name, value))
    if errors:
        raise errors[0]
    return not deciding


def cel_both(*thunks):
    return cel_decide(thunks, False, "&&")


def cel_either(*thunks):
    return cel_decide(thunks, True, "||")


def cel_truth(value):
    if isinstance(value, bool):
        return value
    raise cel_no_overload("?:", value)


def cel_negated(value):
    if isinstance(value, bool):
        return not value
    raise cel_no_overload("!", value)


def cel_minus(value):
    if cel_kind_of(value) == "int":
        return cel_whole(-value, int)
    if cel_kind_of(value) == "double":
        return -value
    raise cel_no_overload("-", value)


def cel_equal(left, right):
    kinds = {cel_kind_of(left), cel_kind_of(right)}
    if kinds <= {"int", "uint", "double"}:
        return left == right
    if len(kinds) > 1:
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(cel_equal, left, right))
    if isinstance(left, dict):
        return len(left) == len(right) and all(
            cel_key_in(key, right) and cel_equal(value, cel_at_key(right, key)) for key, value in left.items()
        )
    return left == right


def cel_order(left, right, name):
    """Below 0, 0 or above 0; None where a number is none."""
    kinds = {cel_kind_of(left), cel_kind_of(right)}
    if kinds <= {"int", "uint", "double"}:
        if "double" in kinds:
            left, right = float(left), float(right)
            if math.isnan(left) or math.isnan(right):
                return None
        return (left > right) - (left < right)
    if len(kinds) == 1 and kinds <= {"string", "bool"}:
        return (left > right) - (left < right)
    raise cel_no_overload(name, left, right)


def cel_less(left, right):
    return (cel_order(left, right, "<") or 0) < 0


def cel_at_most(left, right):
    ordered = cel_order(left, right, "<=")
    return ordered is not None and ordered <= 0


def cel_greater(left, right):
    return (cel_order(left, right, ">") or 0) > 0


def cel_at_least(left, right):
    ordered = cel_order(left, right, ">=")
    return ordered is not None and ordered >= 0


def cel_arithmetic(name, left, right):
    kinds = {cel_kind_of(left), cel_kind_of(right)}
    if len(kinds) != 1:
        raise cel_no_overload(name, left, right)
    kind = kinds.pop()
    if name == "+" and kind in ("string", "list"):
        return left + right
    if kind == "double" and name != "%":
        if name == "/":
            return cel_divided_doubles(left, right)
        return left + right if name == "+" else left - right if name == "-" else left * right
    if kind not in ("int", "uint"):
        raise cel_no_overload(name, left, right)
    if name in "/%" and right == 0:
        raise ExpressionError("a division by zero")
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1) if name in "/%" else 0
    if name == "%" and quotient > MOST_INT and kind == "int":
        raise ExpressionError("the whole number is too large")
    results = {"+": left + right, "-": left - right, "*": left * right, "/": quotient, "%": left - quotient * right}
    return cel_whole(results[name], Unsigned if kind == "uint" else int)


def cel_divided_doubles(left, right):
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def cel_plus(left, right):
    return cel_arithmetic("+", left, right)


def cel_less_by(left, right):
    return cel_arithmetic("-", left, right)


def cel_times(left, right):
    return cel_arithmetic("*", left, right)


def cel_divided(left, right):
    return cel_arithmetic("/", left, right)


def cel_remainder(left, right):
    return cel_arithmetic("%", left, right)


def cel_is_key(key):
    return isinstance(key, (str, bool, int)) or (isinstance(key, float) and key.is_integer())


def cel_key_place(key):
    """Python takes True for 1; CEL does not."""
    return (isinstance(key, bool), isinstance(key, str), key)


def cel_at_key(fields, key):
    """@raises KeyError"""
    if not cel_is_key(key):
        raise KeyError(key)
    for known, value in fields.items():
        if cel_key_place(known)[:2] == cel_key_place(key)[:2] and known == key:
            return value
    raise KeyError(key)


def cel_key_in(key, fields):
    try:
        cel_at_key(fields, key)
    except KeyError:
        return False
    return True


def cel_field(of, name):
    if isinstance(of, dict) and cel_key_in(name, of):
        return cel_at_key(of, name)
    raise ExpressionError(f"there is no field {name}")


def cel_has(of, name):
    if isinstance(of, list):
        raise ExpressionError(f'a list has no field "{name}"')
    return isinstance(of, dict) and cel_key_in(name, of)


def cel_item(of, at):
    if isinstance(of, list):
        if isinstance(at, bool) or not isinstance(at, (int, float)) or at != math.floor(at if math.isfinite(at) else 0.5):
            raise ExpressionError("the index of a list is a whole number")
        if not 0 <= at < len(of):
            raise ExpressionError(f"index {at:g} out of bounds: the list has {len(of)} items, the first at 0")
        return of[int(at)]
    if isinstance(of, dict) and cel_key_in(at, of):
        return cel_at_key(of, at)
    raise ExpressionError("the map has no such key" if isinstance(of, dict) else "only a list or a map has items")


def cel_contained(value, of):
    if isinstance(of, list):
        return any(cel_equal(each, value) for each in of)
    if isinstance(of, dict):
        return cel_key_in(value, of)
    raise cel_no_overload("in", value, of)


def cel_map_of(*entries):
    made = {}
    for key, value in entries:
        if not cel_is_key(key):
            raise ExpressionError("the key of a map is a text, a whole number, or true or false")
        key = int(key) if isinstance(key, float) else key
        if cel_key_in(key, made):
            raise ExpressionError("a map has a key twice")
        made[key] = value
    return made


def cel_items_of(of):
    if isinstance(of, list):
        return of
    if isinstance(of, dict):
        return list(of)
    raise ExpressionError("only a list or a map can be gone through")


def cel_every(of, test):
    return cel_decide([functools.partial(test, each) for each in cel_items_of(of)], False, "&&")


def cel_exists(of, test):
    return cel_decide([functools.partial(test, each) for each in cel_items_of(of)], True, "||")


def cel_exists_one(of, test):
    return [cel_truth(test(each)) for each in cel_items_of(of)].count(True) == 1


def cel_mapped(of, make):
    return [make(each) for each in cel_items_of(of)]


def cel_filtered(of, test):
    return [each for each in cel_items_of(of) if cel_truth(test(each))]


def cel_size(of):
    if isinstance(of, (str, list, dict)):
        return len(of)
    raise cel_no_overload("size", of)


def cel_texts_only(name, *values):
    if not all(isinstance(value, str) for value in values):
        raise cel_no_overload(name, *values)


def cel_contains(text, part):
    cel_texts_only("contains", text, part)
    return part in text


def cel_starts_with(text, part):
    cel_texts_only("startsWith", text, part)
    return text.startswith(part)


def cel_ends_with(text, part):
    cel_texts_only("endsWith", text, part)
    return text.endswith(part)


def cel_matches(text, pattern):
    """With a pattern of RE2."""
    cel_texts_only("matches", text, pattern)
    if re.search(r"\\[pP]", pattern):
        raise NotImplementedError(f"the pattern {pattern} has what Python's own patterns do not know")
    try:
        return re2(pattern).search(text) is not None
    except (re.error, OverflowError) as error:
        raise ExpressionError(f"the pattern cannot be read: {error}") from error


def cel_place_in(text, place):
    if cel_kind_of(place) != "int":
        raise cel_no_overload("place", text, place)
    if not 0 <= place <= len(text):
        raise ExpressionError(f"{place} is not a position in a text of {len(text)} characters")
    return place


def cel_char_at(text, place):
    cel_texts_only("charAt", text)
    return text[cel_place_in(text, place) : place + 1]


def cel_substring(text, start, end=None):
    cel_texts_only("substring", text)
    if end is not None and cel_kind_of(end) == cel_kind_of(start) == "int" and start > end:
        raise ExpressionError(f"a part of a text cannot begin at {start} and end at {end}")
    return text[cel_place_in(text, start) : None if end is None else cel_place_in(text, end)]


def cel_index_of(text, part, start=0):
    cel_texts_only("indexOf", text, part)
    if cel_kind_of(start) != "int" or start < 0:
        raise ExpressionError(f"{start} is not a position in a text of {len(text)} characters")
    if part == "":
        return min(start, len(text))
    return -1 if start >= len(text) else text.find(part, start)


def cel_last_index_of(text, part, start=None):
    cel_texts_only("lastIndexOf", text, part)
    if start is not None and (cel_kind_of(start) != "int" or start < 0):
        raise ExpressionError(f"{start} is not a position in a text of {len(text)} characters")
    if part == "":
        return len(text) if start is None else min(start, len(text))
    if start is None:
        return text.rfind(part)
    return -1 if start >= len(text) else text.rfind(part, 0, start + len(part))


def cel_join(texts, separator=""):
    if not isinstance(texts, list) or not isinstance(separator, str) or not all(isinstance(text, str) for text in texts):
        raise ExpressionError("join needs a list of texts")
    return separator.join(texts)


def cel_lower_ascii(text):
    cel_texts_only("lowerAscii", text)
    return "".join(letter.lower() if "A" <= letter <= "Z" else letter for letter in text)


def cel_upper_ascii(text):
    cel_texts_only("upperAscii", text)
    return "".join(letter.upper() if "a" <= letter <= "z" else letter for letter in text)


def cel_replace(text, part, by, most=-1):
    cel_texts_only("replace", text, part, by)
    if cel_kind_of(most) != "int":
        raise cel_no_overload("replace", text, part, by, most)
    return text.replace(part, by, max(-1, most))


def cel_split(text, separator, most=-1):
    cel_texts_only("split", text, separator)
    if cel_kind_of(most) != "int":
        raise cel_no_overload("split", text, separator, most)
    if most == 0:
        return []
    pieces = list(text) if separator == "" else text.split(separator)
    return pieces if most < 0 or most >= len(pieces) else [*pieces[: most - 1], separator.join(pieces[most - 1 :])]


def cel_trimmed(text):
    cel_texts_only("trim", text)
    return text.strip("\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000")


def cel_reverse(text):
    cel_texts_only("reverse", text)
    return text[::-1]


def cel_dyn(value):
    return value


def cel_as_int(value):
    kind = cel_kind_of(value)
    if kind in ("int", "uint"):
        return cel_whole(int(value), int)
    if kind == "double" and math.isfinite(value) and -(2.0**63) < value < 2.0**63:
        return cel_whole(math.trunc(value), int)
    if kind == "string" and (digits := re.fullmatch("([+-]?)0*([0-9]{1,20})", value)):
        return cel_whole(int(digits[1] + digits[2]), int)
    raise ExpressionError(f"{value!r:.40} is not a whole number")


def cel_as_uint(value):
    kind = cel_kind_of(value)
    if kind in ("int", "uint"):
        return cel_whole(int(value), Unsigned)
    if kind == "string" and (digits := re.fullmatch("0*([0-9]{1,20})", value)):
        return cel_whole(int(digits[1]), Unsigned)
    if kind == "double" and math.isfinite(value) and value >= 0:
        return cel_whole(math.trunc(value), Unsigned)
    raise ExpressionError(f"{value!r:.40} is not a whole number from 0 on")


DIGITS, HEX = "[0-9]+(?:_[0-9]+)*", "[0-9a-f]+(?:_[0-9a-f]+)*"
DECIMAL_FORM = rf"[+-]?(?:{DIGITS}(?:\.(?:{DIGITS})?)?|\.{DIGITS})(?:e[+-]?{DIGITS})?"
HEX_FORM = rf"([+-]?)0x_?(?:({HEX})(?:\.({HEX})?)?|\.({HEX}))p([+-]?{DIGITS})"


def cel_as_double(value):
    kind = cel_kind_of(value)
    if kind in ("int", "uint", "double"):
        return float(value)
    if kind == "string":
        # Without ASCII, "ı" would be a form of "i".
        if re.fullmatch(r"nan|[+-]?inf(?:inity)?", value, re.IGNORECASE | re.ASCII):
            return float(value)
        made = math.inf
        if re.fullmatch(DECIMAL_FORM, value, re.IGNORECASE):
            made = float(value.replace("_", ""))
        elif re.fullmatch(HEX_FORM, value, re.IGNORECASE):
            with contextlib.suppress(OverflowError):
                made = float.fromhex(value.replace("_", ""))
        if math.isfinite(made):
            return made
    raise ExpressionError(f"{value!r:.40} is not a number")


def cel_as_bool(value):
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("1", "t", "T", "true", "True", "TRUE"):
        return True
    if isinstance(value, str) and value in ("0", "f", "F", "false", "False", "FALSE"):
        return False
    raise ExpressionError(f"{value!r:.40} is neither true nor false")


def cel_as_string(value):
    if isinstance(value, float):
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
        digits, point = shortest_digits(value)
        if -3 <= point <= 6:
            return plain_double(value)
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{'-' if value < 0 else ''}{digits[0]}{fraction}e{point - 1:+03d}"
    if isinstance(value, (str, bool, int)):
        return scalar_text(value)
    raise cel_no_overload("string", value)


def cel_formatted(text, values):
    if not isinstance(text, str) or not isinstance(values, list):
        raise cel_no_overload("format", text, values)
    rest = iter(values)

    def filled_in(clause):
        if clause[1] is not None:
            return "%"
        if clause[3] is None:
            raise ExpressionError("format does not know a clause; a percent sign is written %%")
        if clause[2] is not None and int(clause[2]) > 100:
            raise ExpressionError("format writes at most 100 decimals")
        try:
            value = next(rest)
        except StopIteration:
            raise ExpressionError("format has too few values") from None
        return cel_written(value, clause[3], 6 if clause[2] is None else int(clause[2]))

    return re.sub(r"%(?:(%)|(?:\.([0-9]+))?([sdfebxXo])|)", filled_in, text)


def cel_written(value, letter, decimals):
    kind = cel_kind_of(value)
    is_whole = kind in ("int", "uint")
    if letter == "s" or (letter == "d" and (is_whole or kind == "double")):
        return cel_shown(value)
    if letter in "fe" and (is_whole or kind == "double"):
        number = float(value)
        if not math.isfinite(number):
            return plain_double(number)
        return f"{number:.{decimals}f}" if letter == "f" else f"{number:.{decimals}e}"
    if letter == "b" and kind == "bool":
        return "1" if value else "0"
    if letter in "boxX" and is_whole:
        return f"{int(value):{letter}}"
    if letter in "xX" and kind == "string":
        return value.encode().hex().upper() if letter == "X" else value.encode().hex()
    raise ExpressionError(f"format cannot write {kind} as %{letter}")


def cel_shown(value):
    if isinstance(value, float):
        return plain_double(value)
    if isinstance(value, list):
        return f"[{', '.join(map(cel_shown, value))}]"
    if isinstance(value, dict):
        pairs = sorted((cel_shown(key), cel_shown(inner)) for key, inner in value.items())
        return "{" + ", ".join(f"{key}: {inner}" for key, inner in pairs) + "}"
    return "null" if value is None else scalar_text(value)
