#!/usr/bin/env bash
# math-verify 0.9.0, the usual grader of mathematical answers in evaluations and in training with rewards that are checked, on references
# and answers in LaTeX as its page writes them:
#   - capital and small letters are one symbol: a ring's area \pi(R^2-r^2) is equal to 0, \frac{r}{R} and \frac{M}{m} to 1, the product
#     GMm to Gm^2. latex2sympy2_extended has a setting for that, and `parse` has no way to reach it;
#   - numbers are compared to so many places, not digits: Planck's constant 6.63\times10^{-34} is equal to the electron's mass
#     9.11\times10^{-31}, a charge of 1.6\times10^{-19} to -1.6\times10^{-18}, and 2^{-60} to 2^{-61}; written out, 0.0000004 to 0.0000001;
#   - 0.\overline{3} as a reference is 0: the answer 0 is right, \frac{1}{3} is wrong; 1.\overline{3} is 1;
#   - digits in base 6 are equal to the same digits in base 7, and not to their value: 145_6 is 145_7, and not 65.
# What one would expect: that what cannot be told is refused, or compared as text. It hurts whoever trains on such rewards or publishes such
# scores for questions of physics and geometry: an answer that has mixed up two radii or two constants counts as right, and the right
# one for a recurring decimal as wrong, without a warning. `numeric_precision=60, float_rounding=40` of `verify` mends the second.
#
# Needs python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  math-verify==0.9.0 latex2sympy2_extended==1.11.0 antlr4-python3-runtime==4.13.2 sympy==1.14.0
cat >"$folder/see.py" <<'PYTHON'
import importlib.metadata
import sys

from math_verify import parse, verify

packages = ("math-verify", "latex2sympy2_extended", "sympy")
print("python", sys.version.split()[0], *(f"| {name} {importlib.metadata.version(name)}" for name in packages))
# What is compared, the reference, the answer, whether a person would call it right, and what is seen.
cases = [
    ("a ring's area", r"\pi(R^2-r^2)", r"\pi(R^2-r^2)", True, True),
    ("", r"\pi(R^2-r^2)", "0", False, True),
    ("", r"\frac{r}{R}", "1", False, True),
    ("", "GMm", "Gm^2", False, True),
    ("other letters", r"\frac{r}{s}", "1", False, False),
    ("small numbers", r"6.63\times10^{-34}", r"9.11\times10^{-31}", False, True),
    ("", r"1.6\times10^{-19}", r"-1.6\times10^{-18}", False, True),
    ("", "2^{-60}", "2^{-61}", False, True),
    ("", "0.0000004", "0.0000001", False, True),
    ("recurring decimals", r"0.\overline{3}", "0", False, True),
    ("", r"0.\overline{3}", r"\frac{1}{3}", True, False),
    ("", r"1.\overline{3}", "1", False, True),
    ("bases", "145_6", "145_7", False, True),
    ("", "145_6", "65", True, False),
]
as_described = True
for what, reference, answer, right, seen in cases:
    found = verify(parse(f"${reference}$"), parse(rf"So the answer is $\boxed{{{answer}}}$."))
    as_described &= found == seen
    remark = "" if found == right else f"a person would say {'right' if right else 'wrong'}"
    print(f"{what:20}{reference:22}{answer:22}{'right' if found else 'wrong':8}{remark}")
reference, answer = parse(r"$6.63\times10^{-34}$"), parse(r"$9.11\times10^{-31}$")
mended = not verify(reference, answer, numeric_precision=60, float_rounding=40)
print(f"small numbers with more digits and places: {'told apart' if mended else 'equal'}")
as_described &= mended
sys.exit(0 if as_described else 1)
PYTHON
"$folder/venv/bin/python" "$folder/see.py"
