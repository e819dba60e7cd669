#!/usr/bin/env bash
# evalplus 0.3.1 (HumanEval+ and MBPP+, whose scores models are announced with): `evalplus.codegen` puts each reply through `sanitize` before it
# writes the file that is scored. It is to take the program out of the prose, and keeps only imports, functions that return something,
# classes, and assignments to one name. Programs in Python that are right as they stand, in the block of code of a reply:
#   - a function under `@lru_cache`, a helper under `@cache`, a class under `@dataclass` are gone, with the decorator: NameError;
#   - so are a helper without `return`, as one that fills a grid or yields values, `LOW, HIGH = 0, 100`, and an import within `try`;
#   - a table that a loop fills at the top, such as a sieve, stays empty: 9 is a prime, without an error; `VOWELS += "AEIOU"` is dropped;
#   - of a function that is defined twice the first is kept, where Python has the last, the corrected one.
# What one would expect: that a block which is Python as a whole is run as a whole, as human-eval did, or that what is cut out is not
# needed by what is kept. It hurts whoever compares models, or trains them by such rewards: one that caches, or names its helpers, loses points
# for it to one that writes everything into one function; the sanitized file looks like careless work of the model. What the model wrote is
# beside it, in `.raw.jsonl`. Statements outside of functions are known to go (its issue 188, on calls of examples).
#
# Needs python 3.10 or newer with venv. The packages by which evalplus loads its questions are not used here: two empty stand-ins save
# hundreds of megabytes. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps \
  evalplus==0.3.1 tree-sitter==0.26.1 tree-sitter-python==0.25.0 appdirs==1.4.4 termcolor==3.3.0 tqdm==4.67.3
mkdir "$folder/stand-ins"
echo 'load_dataset = None' >"$folder/stand-ins/datasets.py"
touch "$folder/stand-ins/tempdir.py" "$folder/stand-ins/wget.py"
cat >"$folder/see.py" <<'EOF_PYTHON'
import sys
from importlib.metadata import version

from evalplus.sanitize import sanitize

cases = [
    ("add", "add(1, 2) == 3", """
def add(a, b):
    return a + b
"""),
    ("fib", "fib(10) == 55", """
from functools import lru_cache

@lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
"""),
    ("ways", "ways(4) == 5", """
from functools import cache

@cache
def step(n):
    return 1 if n < 2 else step(n - 1) + step(n - 2)

def ways(n):
    return step(n)
"""),
    ("area", "area(3, 4) == 12", """
from dataclasses import dataclass

@dataclass
class Box:
    width: int
    height: int

def area(width, height):
    box = Box(width, height)
    return box.width * box.height
"""),
    ("islands", "islands([[1, 1, 0], [0, 0, 1]]) == 2", """
def sink(grid, row, column):
    if 0 <= row < len(grid) and 0 <= column < len(grid[0]) and grid[row][column]:
        grid[row][column] = 0
        sink(grid, row + 1, column)
        sink(grid, row - 1, column)
        sink(grid, row, column + 1)
        sink(grid, row, column - 1)

def islands(grid):
    count = 0
    for row in range(len(grid)):
        for column in range(len(grid[0])):
            if grid[row][column]:
                count += 1
                sink(grid, row, column)
    return count
"""),
    ("first_primes", "first_primes(3) == [2, 3, 5]", """
def primes():
    n = 2
    while True:
        if all(n % d for d in range(2, n)):
            yield n
        n += 1

def first_primes(k):
    found = primes()
    return [next(found) for _ in range(k)]
"""),
    ("clamp", "clamp(101) == 100", """
LOW, HIGH = 0, 100

def clamp(n):
    return max(LOW, min(HIGH, n))
"""),
    ("root", "root(17) == 4", """
try:
    from math import isqrt
except ImportError:
    def isqrt(n):
        return int(n ** 0.5)

def root(n):
    return isqrt(n)
"""),
    ("is_prime", "is_prime(7) and not is_prime(9)", """
LIMIT = 1000
PRIME = [False, False] + [True] * (LIMIT - 1)
for n in range(2, LIMIT + 1):
    for multiple in range(2 * n, LIMIT + 1, n):
        PRIME[multiple] = False

def is_prime(n):
    return PRIME[n]
"""),
    ("vowels", 'vowels("Ada") == 2', """
VOWELS = "aeiou"
VOWELS += VOWELS.upper()

def vowels(text):
    return sum(letter in VOWELS for letter in text)
"""),
    ("median", "median([1, 2, 3, 4]) == 2.5", """
def median(values):
    return sorted(values)[len(values) // 2]

# That is wrong where the count is even.
def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
"""),
]


def outcome(program, check):
    names = {}
    try:
        exec(program, names)
        return "right" if eval(check, names) else "wrong"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


print("python", sys.version.split()[0], "| evalplus", version("evalplus"), "| tree-sitter-python", version("tree-sitter-python"))
found = []
print(f"{'function':14} {'as it was written':18} by evalplus.sanitize")
for name, check, program in cases:
    reply = f"Here is the function:\n\n```python\n{program.strip()}\n```\n"
    found.append((outcome(program, check), outcome(sanitize(reply, entrypoint=name), check)))
    print(f"{name:14} {found[-1][0]:18} {found[-1][1]}")
print("\nwhat is left of `fib`:", repr(sanitize(cases[1][2], entrypoint="fib")))
missing = [f"NameError: name '{name}' is not defined" for name in ("fib", "step", "Box", "sink", "primes", "LOW", "isqrt")]
seen = found == list(zip(["right"] * len(cases), ["right", *missing, "wrong", "wrong", "wrong"]))
print("SEEN: right programs are cut apart before they are scored" if seen else "NOT SEEN")
sys.exit(0 if seen else 1)
EOF_PYTHON
PYTHONPATH="$folder/stand-ins" "$folder/venv/bin/python" "$folder/see.py"
