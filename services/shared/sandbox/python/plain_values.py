"""Values as JSON, for two processes that do not trust each other's objects: what arrives is rebuilt from Python's own types.

Functions do not cross: the other side gets one that asks for a call (apart.py).
"""

import array
import builtins
import collections
import datetime
import decimal
import fractions
import functools
import io
import itertools
import numbers
import re
import types

DEEPEST = 200
# How much the other side gets of a stream that may have no end, such as itertools.count().
MOST_ITEMS = 10_000
FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial)


class NotPlainError(TypeError):
    pass


def encode(value, lend=None, depth=0):
    """@param lend gives a function a number under which the other side may call it; without it, functions are refused, and so is
    anything that reading would use up."""
    if depth > DEEPEST:
        raise NotPlainError("a value is nested too deeply to be passed to the tests")
    if value is None or value is True or value is False:
        return value

    def items_of(items):
        return [encode(item, lend, depth + 1) for item in items]

    def pairs_of(mapping):
        return [[encode(key, lend, depth + 1), encode(item, lend, depth + 1)] for key, item in mapping.items()]

    for kind, tag, turn in (
        (str, "str", str.__str__),
        (int, "int", lambda number: hex(int(number))),
        (float, "float", float.hex),
        (complex, "complex", lambda number: [number.real.hex(), number.imag.hex()]),
        ((bytes, bytearray), "bytes", lambda data: bytes(data).hex()),
        (list, "list", items_of),
        (tuple, "tuple", lambda items: [*names_of(items), items_of(items)]),
        (dict, "dict", pairs_of),
        (frozenset, "frozenset", items_of),
        (set, "set", items_of),
        (range, "range", lambda items: [items.start, items.stop, items.step]),
        (collections.deque, "deque", lambda items: [items.maxlen, items_of(items)]),
        (array.array, "array", lambda items: [items.typecode, items_of(items)]),
        (type({}.keys()), "keys", items_of),
        (type({}.values()), "values", items_of),
        (type({}.items()), "items", items_of),
        (decimal.Decimal, "decimal", str),
        (fractions.Fraction, "fraction", str),
        (datetime.datetime, "datetime", datetime.datetime.isoformat),
        (datetime.date, "date", datetime.date.isoformat),
        (datetime.time, "time", datetime.time.isoformat),
        (datetime.timedelta, "timedelta", lambda span: [span.days, span.seconds, span.microseconds]),
        (re.Pattern, "pattern", lambda pattern: [encode(pattern.pattern), pattern.flags]),
        (re.Match, "match", encode_match),
    ):
        if isinstance(value, kind):
            return [tag, turn(value)]
    if isinstance(value, type) and getattr(builtins, value.__name__, None) is value:
        return ["type", value.__name__]
    number = as_number(value)
    if number is not None:
        return encode(number, lend, depth + 1)
    if lend is not None and isinstance(value, FUNCTIONS):
        return ["function", lend(value)]
    if lend is not None and isinstance(value, collections.abc.Iterator) and not isinstance(value, io.IOBase):
        items = list(itertools.islice(value, MOST_ITEMS + 1))
        return ["iterator", [len(items) > MOST_ITEMS, items_of(items[:MOST_ITEMS])]]
    raise NotPlainError(f"a value of type {type(value).__name__} cannot be passed between the program and the tests")


def names_of(items):
    """The name of a named tuple and those of its fields."""
    fields = getattr(type(items), "_fields", None)
    return [] if fields is None else [type(items).__name__, list(fields)]


def as_number(value):
    """A scalar of NumPy or the like as Python's own; an array is not one, since it does not compare as a number does."""
    if callable(getattr(type(value), "item", None)) and getattr(value, "shape", None) == ():
        return value.item()
    for kind, turn in (
        (numbers.Integral, int),
        (numbers.Rational, lambda ratio: fractions.Fraction(int(ratio.numerator), int(ratio.denominator))),
        (numbers.Real, float),
        (numbers.Complex, complex),
    ):
        if isinstance(value, kind):
            return turn(value)
    return None


def encode_match(match):
    names = {name: number for name, number in match.re.groupindex.items()}
    places = [list(match.span(number)) for number in range(match.re.groups + 1)]
    texts = [encode(match.group(number)) for number in range(match.re.groups + 1)]
    return [encode(match.string), match.lastgroup, match.lastindex, names, places, texts]


class PlainMatch:
    """What a test may ask of a match; the pattern is not tried again."""

    def __init__(self, string, lastgroup, lastindex, names, places, texts):
        self.string, self.lastgroup, self.lastindex = decode(string), lastgroup, lastindex
        self.names, self.places, self.texts = names, places, [decode(text) for text in texts]

    def number(self, group):
        number = self.names[group] if isinstance(group, str) and group in self.names else group
        if not isinstance(number, int) or not 0 <= number < len(self.texts):
            raise IndexError("no such group")
        return number

    def group(self, *groups):
        found = tuple(self.texts[self.number(group)] for group in groups or (0,))
        return found[0] if len(found) == 1 else found

    __getitem__ = group

    def groups(self, default=None):
        return tuple(default if text is None else text for text in self.texts[1:])

    def groupdict(self, default=None):
        return {name: default if self.texts[number] is None else self.texts[number] for name, number in self.names.items()}

    def span(self, group=0):
        return tuple(self.places[self.number(group)])

    def start(self, group=0):
        return self.span(group)[0]

    def end(self, group=0):
        return self.span(group)[1]


def decode(sent, function=None):
    """@param function returns the stand-in for the other side's function with a number"""
    if sent is None or sent is True or sent is False:
        return sent
    tag, held = sent
    if tag == "function":
        return function(held)
    return DECODERS[tag](held, lambda items: [decode(item, function) for item in items])


def decode_tuple(held, items):
    if len(held) == 1:
        return tuple(items(held[0]))
    name, fields, values = held
    return collections.namedtuple(str(name), [str(field) for field in fields])(*items(values))


def decode_iterator(held, items):
    is_cut, values = held
    yield from items(values)
    if is_cut:
        raise NotPlainError(f"only {MOST_ITEMS} items of an iterator can be passed between the program and the tests")


def decode_dict(held, items):
    return {key: item for key, item in map(items, held)}


DECODERS = {
    "str": lambda held, items: str(held),
    "int": lambda held, items: int(held, 16),
    "float": lambda held, items: float.fromhex(held),
    "complex": lambda held, items: complex(float.fromhex(held[0]), float.fromhex(held[1])),
    "bytes": lambda held, items: bytes.fromhex(held),
    "list": lambda held, items: items(held),
    "tuple": decode_tuple,
    "dict": decode_dict,
    "frozenset": lambda held, items: frozenset(items(held)),
    "set": lambda held, items: set(items(held)),
    "range": lambda held, items: range(*held),
    "deque": lambda held, items: collections.deque(items(held[1]), held[0]),
    "array": lambda held, items: array.array(str(held[0]), items(held[1])),
    "keys": lambda held, items: dict.fromkeys(items(held)).keys(),
    "values": lambda held, items: dict(enumerate(items(held))).values(),
    "items": lambda held, items: dict(items(held)).items(),
    "decimal": lambda held, items: decimal.Decimal(held),
    "fraction": lambda held, items: fractions.Fraction(held),
    "datetime": lambda held, items: datetime.datetime.fromisoformat(held),
    "date": lambda held, items: datetime.date.fromisoformat(held),
    "time": lambda held, items: datetime.time.fromisoformat(held),
    "timedelta": lambda held, items: datetime.timedelta(*held),
    "pattern": lambda held, items: re.compile(decode(held[0]), int(held[1])),
    "match": lambda held, items: PlainMatch(*held),
    "type": lambda held, items: plain_type(getattr(builtins, str(held))),
    "iterator": decode_iterator,
}


def plain_type(kind):
    if not isinstance(kind, type):
        raise NotPlainError("what was passed for a type is none")
    return kind
