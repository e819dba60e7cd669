"""Distinguishes code that cannot reach into the interpreter that runs it from code that might.

Plain code computes: it imports from a list of harmless modules, and names nothing that leads to frames, modules, files,
other code, or the way objects compare. Nearly all answers to programming problems are plain. It errs on the side of
calling code not plain, which costs that code one more process (apart.py) and nothing else.
"""

import ast
import builtins
import importlib
import sys
import types

SAFE_MODULES = frozenset(
    """__future__ abc array base64 binascii bisect calendar cmath collections collections.abc copy dataclasses datetime
    decimal enum fractions functools hashlib heapq itertools json math numbers operator random re statistics string
    struct textwrap time typing unicodedata zlib""".split()
)
FORBIDDEN_NAMES = frozenset(
    """eval exec compile globals locals vars getattr setattr delattr open input breakpoint help memoryview exit quit
    SystemExit GeneratorExit KeyboardInterrupt""".split()
)
SAFE_DUNDERS = frozenset(
    "__init__ __repr__ __str__ __len__ __iter__ __next__ __post_init__ __name__ __doc__ __slots__ __future__".split()
)
# Ways from an object to a frame, to code, or to any attribute by its name in a string.
FORBIDDEN_ATTRIBUTES = frozenset(
    """gi_frame gi_code gi_yieldfrom cr_frame cr_code cr_await cr_origin ag_frame ag_code ag_await tb_frame tb_next f_back
    f_globals f_locals f_builtins f_code f_trace attrgetter methodcaller Formatter get_field vformat get_type_hints
    make_dataclass ForwardRef mro with_traceback GenericAlias update_wrapper wraps
    get_original_bases bltns cached_property singledispatchmethod""".split()
)

# The names through which the modules above give access to others, and what they and their classes hold; preload() fills them.
leaks = frozenset()
shared_names = frozenset()


def preload():
    """Imports what programs use, so that it is ready for them, and learns which names in these modules are dangerous."""
    global leaks, shared_names
    dangerous = [getattr(builtins, name) for name in FORBIDDEN_NAMES if hasattr(builtins, name)]
    found, shared = set(), set()
    for name in SAFE_MODULES:
        module = importlib.import_module(name)
        for attribute, value in vars(module).items():
            shared.add(attribute)
            if isinstance(value, type):
                shared.update(dir(value))
            is_other_module = isinstance(value, types.ModuleType) and value.__name__ not in SAFE_MODULES
            if is_other_module or any(value is one for one in dangerous):
                found.add(attribute)
    for name in ("io", "contextlib", "threading", "queue", "tempfile", "types", "inspect", "keyword", "sys", "os"):
        importlib.import_module(name)
    leaks, shared_names = frozenset(found), frozenset(shared)


def is_plain(code):
    """@raises SyntaxError, or ValueError for code that Python cannot take as text"""
    tree = ast.parse(code, "<program>")
    return not rebinds_builtins(tree) and not touches_modules(tree) and all(map(is_plain_node, ast.walk(tree)))


def is_plain_node(node):
    if isinstance(node, ast.Import):
        return all(alias.name in SAFE_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        harmless = node.level == 0 and node.module in SAFE_MODULES
        return harmless and all(is_plain_attribute(alias.name) for alias in node.names)
    if isinstance(node, ast.Attribute):
        return is_plain_attribute(node.attr)
    if isinstance(node, ast.Name):
        return is_plain_name(node.id)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg)):
        return is_plain_name(node.arg if isinstance(node, ast.arg) else node.name)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type":
        return len(node.args) == 1 and not node.keywords
    if isinstance(node, ast.ExceptHandler):
        return node.name is None or is_plain_name(node.name)
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return all(map(is_plain_name, node.names))
    # Class patterns read attributes by name; no computation needs them.
    return not isinstance(node, getattr(ast, "MatchClass", ()))


def is_plain_name(name):
    return name not in FORBIDDEN_NAMES and name not in leaks and is_plain_underscore(name)


def is_plain_attribute(name):
    # A module's private names may run code from strings; a program's own `_x` is its own.
    is_private = name.startswith("_") and not name.startswith("__") and name in shared_names
    is_module = name in sys.stdlib_module_names and name not in SAFE_MODULES
    if name == "*" or is_private or is_module or name in FORBIDDEN_ATTRIBUTES or name in leaks:
        return False
    return is_plain_underscore(name)


def is_plain_underscore(name):
    return not name.startswith("__") or name in SAFE_DUNDERS


def rebinds_builtins(tree):
    """Whether the tests would see an `abs` or `len` other than Python's."""
    taken = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            taken.update(node.names)
    for node in module_level(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            taken.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            taken.add(node.name)
        elif isinstance(node, ast.alias):
            taken.add(node.asname or node.name.split(".")[0])
    return any(hasattr(builtins, name) for name in taken)


def module_level(tree):
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def touches_modules(tree):
    """Whether part of a module, or of one of its classes, might be replaced: the tests share them."""
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)) and node.attr in shared_names:
            return True
    read_from = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    # A module itself may only be read from; anything else would let it be used under another name.
    return any(isinstance(node, ast.Name) and node.id in modules and id(node) not in read_from for node in ast.walk(tree))
