#!/usr/bin/env bash
# smolagents 1.26.0 (Hugging Face's agents that answer by programs) and Python itself, on the same programs. A CodeAgent runs what the model
# writes by an interpreter of its own, LocalPythonExecutor, unless told otherwise. What it lacks, such as `nonlocal` or `yield`, it refuses by
# name, and the model can try again. Of these plain functions and loops it makes other values, without an error or a warning:
#   - the `else` of a loop never runs, so that the primes below 20, as everybody writes them, are none;
#   - a decorator does nothing: @lru_cache keeps nothing (1,973 calls for 16), and a function under @twice runs once;
#   - a default is computed at each call and not once, so that `def add(x, n=n)` in a loop, the usual way to keep n, adds the last n each
#     time; with `lambda` it is right;
#   - `*rest` has all arguments, those with names of their own too, and so has `**options`: the mean of 2 and 4 is 2.67;
#   - `[*low, *high]` is a list of two lists;
#   - `votes[ballots.pop()] += 1` takes two ballots out for each vote that it counts.
# What one would expect: the value that Python gives, or a refusal, as for all else. It hurts whoever has models judged by such agents, or trusts
# what they have computed: a right program is a wrong answer, and a model that reads the outcome corrects what was not wrong; one that
# writes plainer loops scores better. Loops' `else` is known (its issues 2746 and 2782). `executor_type="docker"`, or one of a service, runs
# Python itself.
#
# Needs python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check smolagents==1.26.0
cat >"$folder/see.py" <<'EOF_PYTHON'
import json
import sys
from importlib.metadata import version

from smolagents.local_python_executor import LocalPythonExecutor

programs = {
    "a loop's else, as for primes": ("""
primes = []
for n in range(2, 20):
    for divisor in range(2, n):
        if n % divisor == 0:
            break
    else:
        primes.append(n)
final_answer(primes)
""", [2, 3, 5, 7, 11, 13, 17, 19], []),
    "@lru_cache, calls": ("""
from functools import lru_cache
calls = []
@lru_cache(maxsize=None)
def ways(steps):
    calls.append(steps)
    return 1 if steps < 2 else ways(steps - 1) + ways(steps - 2)
ways(15)
final_answer(len(calls))
""", 16, 1973),
    "a decorator that runs it twice": ("""
def twice(step):
    def both(x):
        return step(step(x))
    return both
@twice
def add_one(x):
    return x + 1
final_answer(add_one(0))
""", 2, 1),
    "def add(x, n=n), in a loop": ("""
adders = []
for n in [1, 10, 100]:
    def add(x, n=n):
        return x + n
    adders.append(add)
final_answer([add(1) for add in adders])
""", [2, 11, 101], [101, 101, 101]),
    "lambda x, n=n": ("""
adders = [lambda x, n=n: x + n for n in [1, 10, 100]]
final_answer([add(1) for add in adders])
""", [2, 11, 101], [2, 11, 101]),
    "mean(first, *rest) of 2, 4": ("""
def mean(first, *rest):
    return (first + sum(rest)) / (1 + len(rest))
final_answer(round(mean(2, 4), 2))
""", 3.0, 2.67),
    "chart(title, **options)": ("""
def chart(title, **options):
    return sorted(options)
final_answer(chart(title="cost", unit="s"))
""", ["unit"], ["title", "unit"]),
    "[*low, *high]": ("""
low, high = [1, 2], [8, 9]
final_answer([*low, *high])
""", [1, 2, 8, 9], [[1, 2], [8, 9]]),
    "votes[ballots.pop()] += 1": ("""
votes, ballots = [0, 0, 0, 0], [1, 3, 1, 2]
while ballots:
    votes[ballots.pop()] += 1
final_answer(votes)
""", [0, 2, 1, 1], [0, 1, 0, 0]),
}


def by_python(program):
    answers = []
    exec(program, {"final_answer": answers.append})
    return answers[0]


def by_smolagents(program):
    executor = LocalPythonExecutor(additional_authorized_imports=["functools"])
    executor.send_tools({"final_answer": lambda answer: answer})
    return executor(program).output


def refusal(program):
    try:
        by_smolagents(program)
    except Exception as error:
        return str(error).rsplit(": ", 1)[-1]
    return None


print("python", sys.version.split()[0], "| smolagents", version("smolagents"))
print(f"{'':32}{'Python':30}smolagents")
is_seen = True
for name, (program, right, wrong) in programs.items():
    answers = (by_python(program), by_smolagents(program))
    print(f"{name:32}{json.dumps(answers[0]):30}{json.dumps(answers[1])}")
    is_seen = is_seen and answers == (right, wrong)
refused = refusal("def count():\n    yield 1\nfinal_answer(list(count()))")
print("yield, beside them: refused,", refused)
is_seen = is_seen and refused == "Yield is not supported."
print("SEEN: right programs have wrong values" if is_seen else "NOT SEEN")
sys.exit(0 if is_seen else 1)
EOF_PYTHON
timeout 60 "$folder/venv/bin/python" "$folder/see.py"
