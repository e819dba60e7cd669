"""What happens inside a program's cage: it is run, then its tests, and only then does the verdict's nonce come within reach."""

import linecache
import os
import sys
import traceback
import types

from frames import read_frame, write_frame

RESULT_CHARACTERS = 65536
ERROR_CHARACTERS = 8192
SHOWN = ("<program>", "<tests>")


def new_module(name):
    module = types.ModuleType(name)
    sys.modules[name] = module
    return module.__dict__


def execute(source, filename, namespace):
    exec(compile(source, filename, "exec", dont_inherit=True), namespace)


def run_together(code, wants_main, instructions, report):
    """Runs code and tests in one interpreter: for code that cannot reach into it (plain_code.py), or has nothing to forge."""
    sources = {"<program>": code}
    try:
        namespace = new_module("__main__" if wants_main else "program")
        execute(code, "<program>", namespace)
        rest = read_frame(instructions)
        if rest["tests"] is not None:
            sources["<tests>"] = rest["tests"]
            execute(rest["tests"], "<tests>", namespace)
        result = call_entry(namespace, rest["entry"])
        sys.stdout.flush()
        sys.stderr.flush()
        write_frame(report, {"passed": True, "nonce": rest["nonce"], "result": result})
    except BaseException as error:
        report_error(report, error, sources)


def call_entry(namespace, entry):
    if entry is None:
        return ""
    function = namespace.get(entry)
    if not callable(function):
        raise NameError(f"the program defines no function {entry}")
    return str(function())[:RESULT_CHARACTERS]


def report_error(report, error, sources):
    kind = "memory" if isinstance(error, MemoryError) else "failed"
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except BaseException:
        pass  # what is left in a broken stream is lost; the verdict must not be
    write_frame(report, {"passed": False, "kind": kind, "error": describe(error, sources)})


def describe(error, sources):
    """A traceback without our own frames; only its end if it is long: that is where the reason is."""
    for filename, source in sources.items():
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    try:
        told = traceback.TracebackException(type(error), error, error.__traceback__, limit=-200)
        told.stack = traceback.StackSummary.from_list(
            [frame for index, frame in enumerate(told.stack) if frame.filename in SHOWN or index >= len(told.stack) - 1]
        )
        if not any(frame.filename in SHOWN for frame in told.stack):
            told.stack = traceback.StackSummary.from_list([])
        text = "".join(told.format()).rstrip()
    except BaseException:
        text = f"{type(error).__name__}, which cannot be shown"
    return text if len(text) <= ERROR_CHARACTERS else "... " + text[-ERROR_CHARACTERS:]


def replace_streams():
    sys.stdin = open(0, encoding="utf-8", errors="replace", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    sys.argv = ["program"]
    os.environ.clear()
