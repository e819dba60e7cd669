"""Judging code that could reach into an interpreter: its process only answers calls; the tests run in another one.

What crosses between them is JSON of plain values (plain_values.py), so no object, frame or patched builtin of the program comes
near the tests or the nonce. Functions stay where they are, and may be called from the other side. The price: a test cannot hand
the program, nor get from it, objects of other types.
"""

import builtins
import importlib
import sys
import types

import program
from frames import read_frame, write_frame
from plain_code import SAFE_MODULES
from plain_values import NotPlainError, decode, encode


# What a test may use under a name that the program has imported.
LENT_MODULES = SAFE_MODULES | {"sys", "os", "types", "io", "threading"}


class Peer:
    """The other process. Either may ask the other for calls: while one waits for a result, it answers calls back."""

    def __init__(self, asks, answers, namespace, sources):
        self.asks, self.answers = asks, answers
        self.namespace, self.sources = namespace, sources
        self.lent, self.borrowed, self.errors = [], {}, {}

    def encode(self, value):
        return encode(value, self.lend)

    def decode(self, sent):
        return decode(sent, self.borrow)

    def lend(self, function):
        """A number for a function of this side; one that the other side had lent goes back as its own."""
        if function in self.borrowed.values():
            return ["yours", next(number for number, known in self.borrowed.items() if known is function)]
        self.lent.append(function)
        return ["mine", len(self.lent) - 1]

    def borrow(self, held):
        whose, number = held
        if whose == "yours":
            return self.lent[number]
        if number not in self.borrowed:
            self.borrowed[number] = self.stand_in(number, f"function_{int(number)}")
        return self.borrowed[number]

    def stand_in(self, target, name):
        def call(*positional, **named):
            return self.ask(target, positional, named)

        call.__name__ = call.__qualname__ = name
        return call

    def ask(self, target, positional, named):
        kwargs = {name: self.encode(value) for name, value in named.items()}
        write_frame(self.asks, {"call": target, "args": [self.encode(value) for value in positional], "kwargs": kwargs})
        while True:
            message = read_frame(self.answers)
            if "call" not in message:
                break
            self.answer(message)
        if "raised" in message:
            raise self.error_of(message)
        for ours, theirs in zip(positional, message["args"]):
            if theirs is not None:
                take_over(ours, self.decode(theirs))
        return self.decode(message["value"])

    def answer(self, request):
        write_frame(self.asks, self.outcome_of(request))

    def outcome_of(self, request):
        try:
            target = request["call"]
            function = self.namespace[target] if isinstance(target, str) else self.lent[target]
            positional = [self.decode(value) for value in request["args"]]
            value = function(*positional, **{name: self.decode(value) for name, value in request["kwargs"].items()})
            return {"value": self.encode(value), "args": [self.changed(value) for value in positional]}
        except BaseException as error:
            told = getattr(error, "told_by_program", None) or program.describe(error, self.sources)
            return {"raised": type(error).__name__, "message": safe_text(error), "held": self.held_by(error), "told": told}
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()

    def changed(self, value):
        """What became of an argument that can be changed in place, if it can still be expressed."""
        try:
            return encode(value) if isinstance(value, (list, dict, set)) else None
        except NotPlainError:
            return None

    def held_by(self, error):
        try:
            return [encode(one) for one in error.args]
        except BaseException:
            return None

    def error_of(self, answer):
        """The program's error, if it is one of Python's or of its own: a test may expect it."""
        name = str(answer["raised"])
        kind = self.errors.get(name, getattr(builtins, name, None))
        if not (isinstance(kind, type) and issubclass(kind, Exception)) or issubclass(kind, (EOFError, UnicodeError)):
            kind = RuntimeError
        try:
            error = kind(str(answer["message"])) if answer["held"] is None else kind(*map(decode, answer["held"]))
        except Exception:
            # It cannot be rebuilt from what it holds, as a group of errors cannot.
            kind, error = RuntimeError, RuntimeError(str(answer["message"]))
        error.told_by_program = str(answer["told"])
        error.kind_of_program = "memory" if kind is MemoryError else "failed"
        return error


def take_over(ours, theirs):
    """The test must see what the program did to a list, dict or set that it was given, as in one process."""
    if isinstance(ours, list):
        ours[:] = theirs
    elif isinstance(ours, (dict, set)):
        ours.clear()
        ours.update(theirs)


def safe_text(error):
    try:
        return str(error)
    except BaseException:
        return ""


def serve_calls(code, requests, answers):
    """In the program's process: runs the code, says which names it has, and answers calls until no more come."""
    sources = {"<program>": code}
    try:
        namespace = program.new_module("program")
        program.execute(code, "<program>", namespace)
        write_frame(answers, {"names": {name: describe_name(value) for name, value in list(namespace.items())}})
    except BaseException as error:
        program.report_error(answers, error, sources)
        return
    peer = Peer(answers, requests, namespace, sources)
    while True:
        try:
            request = read_frame(requests)
        except EOFError:
            return
        peer.answer(request)


def describe_name(value):
    if isinstance(value, types.ModuleType):
        return ["module", value.__name__]
    if isinstance(value, type) and issubclass(value, Exception) and value.__module__ == "program":
        own = next(base for base in value.__mro__ if getattr(builtins, base.__name__, None) is base)
        return ["error", value.__name__, own.__name__]
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
        # The program may call what the tests hand it, but nothing of theirs by name.
        peer = Peer(requests, answers, {}, sources)
        for name, described in hello["names"].items():
            # The program may not give the tests another `abs` or `len`.
            if not name.startswith("__") and not hasattr(builtins, name):
                bind(namespace, name, described, peer)
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


def bind(namespace, name, described, peer):
    if described[0] == "function":
        namespace[name] = peer.stand_in(name, name)
    elif described[0] == "error":
        own = getattr(builtins, str(described[2]), None)
        if isinstance(own, type) and issubclass(own, Exception):
            namespace[name] = peer.errors[str(described[1])] = type(str(described[1]), (own,), {})
    elif described[0] == "module" and described[1] in LENT_MODULES:
        namespace[name] = importlib.import_module(described[1])
    elif described[0] == "from" and described[1] in LENT_MODULES:
        # Python's own, looked up again here: only its name came from the program.
        namespace[name] = getattr(importlib.import_module(described[1]), str(described[2]))
    elif described[0] == "value":
        namespace[name] = decode(described[1])
