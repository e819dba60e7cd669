#!/usr/bin/env bash
# inspect-ai 0.3.285 (the harness of the UK's AI Security Institute), its scorers `exact` and `f1`, which its page calls a normalised match and
# SQuAD's F1, and `match`, on an answer and the reference of a query:
#   - the reference "A" and the answer "A": incorrect, F1 0, since "a" is an article, of which nothing is left, and such a reference is passed
#     over. "B" and "B" is correct. SQuAD's own script gives two texts of which nothing is left 1, not 0;
#   - the answer -5 and the reference 5: correct, F1 1, and the other way round; so is ">=5". The minus goes as punctuation around a number,
#     although an answer of -5 whose reference is -4 is told apart;
#   - "1/2" is 12, "2^3" is 23, "10:30" is 1030, "C++" and "C#" are C;
#   - `match()` by its defaults, the end of the answer: 118 is 18, 0.5 is 5 and -18 is 18. `match(numeric=True)` tells these apart, and
#     takes "18%" and "\boxed{18}" for no number where the reference is 18.
# What one would expect: the same two texts match; another number does not. It hurts whoever scores multiple choice or arithmetic by them: a
# model loses each question whose answer is A, a quarter of all, which looks like a bias of the model's, and signs count for nothing.
#
# Needs python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check inspect-ai==0.3.285
cat >"$folder/see.py" <<'EOF_PYTHON'
import asyncio
from importlib.metadata import version

from inspect_ai.model import ModelName, ModelOutput
from inspect_ai.scorer import Target, exact, f1, match
from inspect_ai.solver import TaskState


async def verdict(scorer, answer, reference):
    output = ModelOutput.from_content("none", answer)
    state = TaskState(model=ModelName("none/none"), sample_id=1, epoch=1, input="", messages=[], output=output)
    return (await scorer(state, Target(reference))).value


PAIRS = {
    ("A", "A"): ("I", 0.0),
    ("B", "B"): ("C", 1.0),
    ("-5", "5"): ("C", 1.0),
    ("5", "-5"): ("C", 1.0),
    ("-5", "-4"): ("I", 0.0),
    (">=5", "5"): ("C", 1.0),
    ("1/2", "12"): ("C", 1.0),
    ("2^3", "23"): ("C", 1.0),
    ("10:30", "1030"): ("C", 1.0),
    ("C++", "C"): ("C", 1.0),
    ("C#", "C"): ("C", 1.0),
}
ENDS = {
    ("118", "18"): ("C", "I"),
    ("0.5", "5"): ("C", "I"),
    ("-18", "18"): ("C", "I"),
    ("18%", "18"): ("C", "I"),
    (r"\boxed{18}", "18"): ("C", "I"),
}


async def see():
    print("inspect-ai", version("inspect-ai"), "| C: correct, I: incorrect")
    is_seen = True
    for pairs, names, scorers in (
        (PAIRS, ("exact()", "f1()"), (exact(), f1())),
        (ENDS, ("match()", "match(numeric=True)"), (match(), match(numeric=True))),
    ):
        for (answer, reference), expected in pairs.items():
            values = tuple([await verdict(scorer, answer, reference) for scorer in scorers])
            said = ", ".join(f"{name} {value}" for name, value in zip(names, values))
            print(f"answer {answer!r}, reference {reference!r}: {said}")
            is_seen = is_seen and values == expected
    print("SEEN: the answer A is refused where it is right, and -5 passes for 5" if is_seen else "NOT SEEN")
    return is_seen


raise SystemExit(0 if asyncio.run(see()) else 1)
EOF_PYTHON
cd "$folder"
"$folder/python/bin/python" see.py
