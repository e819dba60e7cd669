"""Judging code that could reach into an interpreter: its process only answers calls; the tests run in another one.

What crosses between them is JSON of plain values, so no object, frame or patched builtin of the program comes near the
tests or the nonce. The price: a test cannot hand the program, nor get from it, values of other types.
"""

import builtins
import datetime
import decimal
import fractions
import importlib
import sys
import types

import program
from frames import read_frame, write_frame
from plain_code import SAFE_MODULES


# What a test may use by a name that the program has imported.
LENT_MODULES = SAFE_MODULES | {"sys", "os", "types", "io", "threading"}


class NotPlainError(TypeError):
    pass


def encode(value, depth=0):
    if depth > 200:
        raise NotPlainError("a value is nested too deeply to be passed to the tests")
    if value is None or value is True or value is False:
        return value
    deeper = depth + 1
    for kind, tag, turn in (
        (str, "str", str.__str__),
        (int, "int", lambda number: hex(int(number))),
        (float, "float", float.hex),
        (complex, "complex", lambda number: [number.real.hex(), number.imag.hex()]),
        ((bytes, bytearray), "bytes", lambda data: bytes(data).hex()),
        (list, "list", lambda items: [encode(item, deeper) for item in items]),
        (tuple, "tuple", lambda items: [encode(item, deeper) for item in items]),
        (dict, "dict", lambda items: [[encode(key, deeper), encode(item, deeper)] for key, item in items.items()]),
        (frozenset, "frozenset", lambda items: [encode(item, deeper) for item in items]),
        (set, "set", lambda items: [encode(item, deeper) for item in items]),
        (range, "range", lambda items: [items.start, items.stop, items.step]),
        (decimal.Decimal, "decimal", str),
        (fractions.Fraction, "fraction", str),
        (datetime.datetime, "datetime", datetime.datetime.isoformat),
        (datetime.date, "date", datetime.date.isoformat),
    ):
        if isinstance(value, kind):
            return [tag, turn(value)]
    raise NotPlainError(f"a value of type {type(value).__name__} cannot be passed between the program and the tests")


def decode(sent):
    if sent is None or sent is True or sent is False:
        return sent
    tag, held = sent
    return DECODERS[tag](held)


def decode_items(sent):
    return [decode(item) for item in sent]


DECODERS = {
    "str": str,
    "int": lambda text: int(text, 16),
    "float": float.fromhex,
    "complex": lambda parts: complex(float.fromhex(parts[0]), float.fromhex(parts[1])),
    "bytes": bytes.fromhex,
    "list": decode_items,
    "tuple": lambda sent: tuple(decode_items(sent)),
    "dict": lambda sent: {decode(key): decode(item) for key, item in sent},
    "frozenset": lambda sent: frozenset(decode_items(sent)),
    "set": lambda sent: set(decode_items(sent)),
    "range": lambda parts: range(*parts),
    "decimal": decimal.Decimal,
    "fraction": fractions.Fraction,
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
}


def serve_calls(code, requests, answers):
    """In the program's process: runs the code, says which names it has, and answers calls until nobody asks any more."""
    sources = {"<program>": code}
    try:
        namespace = program.new_module("program")
        program.execute(code, "<program>", namespace)
        write_frame(answers, {"names": {name: describe_name(value) for name, value in list(namespace.items())}})
    except BaseException as error:
        program.report_error(answers, error, sources)
        return
    while True:
        try:
            request = read_frame(requests)
        except EOFError:
            return
        write_frame(answers, answer_call(namespace, request, sources))


def answer_call(namespace, request, sources):
    try:
        positional, named = decode(request["args"]), decode(request["kwargs"])
        value = namespace[request["call"]](*positional, **named)
        return {"value": encode(value), "args": encode(positional)}
    except BaseException as error:
        return {"raised": type(error).__name__, "message": safe_text(error), "told": program.describe(error, sources)}
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()


def safe_text(error):
    try:
        return str(error)
    except BaseException:
        return ""


def describe_name(value):
    if isinstance(value, types.ModuleType):
        return ["module", value.__name__]
    if callable(value):
        origin, name = getattr(value, "__module__", None), getattr(value, "__name__", None)
        if isinstance(origin, str) and isinstance(name, str) and getattr(sys.modules.get(origin), name, None) is value:
            if origin in LENT_MODULES:
                return ["from", origin, name]
        return ["function"]
    try:
        return ["value", encode(value)]
    except BaseException:
        return ["other"]


def run_tests(rest, nonce, answers, requests, report):
    """In the tests' process: runs them over stand-ins for the program's functions."""
    sources = {"<tests>": rest["tests"]}
    try:
        hello = read_frame(answers)
        if "names" not in hello:
            write_frame(report, {"passed": False, "kind": hello.get("kind"), "error": hello.get("error")})
            return
        namespace = program.new_module("tests")
        for name, described in hello["names"].items():
            # The program may not give the tests another `abs` or `len`.
            if not name.startswith("__") and not hasattr(builtins, name):
                bind(namespace, name, described, requests, answers)
        program.execute(rest["tests"], "<tests>", namespace)
        result = program.call_entry(namespace, rest["entry"])
        sys.stdout.flush()
        write_frame(report, {"passed": True, "nonce": nonce, "result": result})
    except EOFError:
        return  # the program's process is gone: how it ended is the verdict
    except BaseException as error:
        told = getattr(error, "told_by_program", None)
        if told is not None:
            write_frame(report, {"passed": False, "kind": error.kind_of_program, "error": told})
        else:
            program.report_error(report, error, sources)


def bind(namespace, name, described, requests, answers):
    if described[0] == "function":
        namespace[name] = stand_in(name, requests, answers)
    elif described[0] == "module" and described[1] in LENT_MODULES:
        namespace[name] = importlib.import_module(described[1])
    elif described[0] == "from" and described[1] in LENT_MODULES:
        # Python's own, found anew here: only its name came from the program.
        namespace[name] = getattr(importlib.import_module(described[1]), str(described[2]))
    elif described[0] == "value":
        namespace[name] = decode(described[1])


def stand_in(name, requests, answers):
    def call(*positional, **named):
        write_frame(requests, {"call": name, "args": encode(positional), "kwargs": encode(named)})
        answer = read_frame(answers)
        if "raised" in answer:
            raise error_of(answer)
        for ours, theirs in zip(positional, decode(answer["args"])):
            take_over(ours, theirs)
        return decode(answer["value"])

    call.__name__ = call.__qualname__ = name
    return call


def take_over(ours, theirs):
    """What the program did to a list, dict or set that it was given is to be seen by the test, as in one process."""
    if isinstance(ours, list):
        ours[:] = theirs
    elif isinstance(ours, (dict, set)):
        ours.clear()
        ours.update(theirs)


def error_of(answer):
    """The same error as the program's if it is one of Python's own: a test may expect it."""
    kind = getattr(builtins, str(answer["raised"]), None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)) or issubclass(kind, (EOFError, UnicodeError)):
        kind = RuntimeError
    error = kind(str(answer["message"]))
    error.told_by_program = str(answer["told"])
    error.kind_of_program = "memory" if kind is MemoryError else "failed"
    return error
