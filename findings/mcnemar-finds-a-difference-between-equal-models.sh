#!/usr/bin/env bash
# McNemar's test, by which two models, or two workflows, are compared on the same questions: it looks at the questions that one of them alone
# has right. mlxtend 0.25.0 by its defaults, and statsmodels 0.15.0 with `exact=False`, as is advised where there are many questions:
#   - the two are right on the same questions, as a model and its copy are, or a change that changed nothing: p is 0, the surest difference
#     that there is, since the correction for continuity divides 1 by 0. Without the correction it is NaN. The exact test of both
#     says 1, and pingouin 0.7.0 raises an error;
#   - each has as many right that the other has wrong, so that they are equal: p is 0.48 at 1 and 1, 0.68 at 3 and 3, 0.75 at 5 and 5. At 5 and 6
#     it is 1, so that a difference makes them more alike than none. pingouin's `p_approx` is the same. The exact test says 1 of all.
# What one would expect: that equal models do not differ. R's mcnemar.test corrects only where there is a difference to correct. It
# hurts whoever has many changes compared by a program, in CI or in a search: the change that did nothing, such as one in a prompt that
# is not used, or answers from a cache, has the best p of all, passes every limit and every correction for many tests, and is kept. Only a
# RuntimeWarning of NumPy's tells of it. `exact=True` is right in both.
#
# Needs python 3.11 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  mlxtend==0.25.0 statsmodels==0.15.0 pingouin==0.7.0 scipy==1.17.1 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1
cat >"$folder/see.py" <<'PYTHON'
import importlib.metadata
import math
import sys
import warnings

import numpy
import pandas
import pingouin
from mlxtend.evaluate import mcnemar, mcnemar_table
from statsmodels.stats.contingency_tables import mcnemar as mcnemar_of_statsmodels

warnings.simplefilter("ignore", RuntimeWarning)
QUESTIONS = 200


def answers(only_first, only_second):
    """Which questions each of the two has right."""
    first = [1] * only_first + [0] * only_second + [1] * (QUESTIONS - only_first - only_second)
    second = [0] * only_first + [1] * only_second + [1] * (QUESTIONS - only_first - only_second)
    return numpy.array(first), numpy.array(second)


def by_pingouin(first, second):
    try:
        _, table = pingouin.chi2_mcnemar(pandas.DataFrame({"first": first, "second": second}), "first", "second")
        return float(table["p_approx"].iloc[0])
    except ValueError:
        return "an error"


def values_of(only_first, only_second):
    first, second = answers(only_first, only_second)
    table = mcnemar_table(numpy.ones(QUESTIONS, dtype=int), first, second)
    return {
        "mlxtend": float(mcnemar(table)[1]),
        "statsmodels exact=False": float(mcnemar_of_statsmodels(table, exact=False).pvalue),
        "both uncorrected": float(mcnemar(table, corrected=False)[1]),
        "pingouin": by_pingouin(first, second),
        "mlxtend exact": float(mcnemar(table, exact=True)[1]),
        "statsmodels exact": float(mcnemar_of_statsmodels(table).pvalue),
    }


print("python", sys.version.split()[0], *(f"| {name} {importlib.metadata.version(name)}" for name in ("mlxtend", "statsmodels", "pingouin")))
print(f"p of {QUESTIONS} questions, of which one alone has so many right, and the other alone so many:\n")
found = {case: values_of(*case) for case in ((0, 0), (1, 1), (3, 3), (5, 5), (5, 6), (2, 10))}
print(f"{'':26}" + "".join(f"{f'{one} and {other}':>10}" for one, other in found))
for name in found[0, 0]:
    row = [found[case][name] for case in found]
    print(f"{name:26}" + "".join(f"{value if isinstance(value, str) else round(value, 4)!s:>10}" for value in row))

corrected = ("mlxtend", "statsmodels exact=False")
exact = ("mlxtend exact", "statsmodels exact")
equal = [(1, 1), (3, 3), (5, 5)]
seen = (
    all(found[0, 0][name] == 0 for name in corrected)
    and math.isnan(found[0, 0]["both uncorrected"])
    and found[0, 0]["pingouin"] == "an error"
    and all(found[case][name] < 0.8 and found[5, 6][name] == 1 for case in equal for name in (*corrected, "pingouin"))
    and all(math.isclose(found[case][name], 1) for case in [(0, 0), *equal] for name in exact)
)
print("\nSEEN: two that are right on the same questions differ with p = 0" if seen else "\nNOT SEEN")
sys.exit(0 if seen else 1)
PYTHON
"$folder/venv/bin/python" "$folder/see.py"
