#!/usr/bin/env bash
# datasets 5.2.0 (Hugging Face's, with pyarrow 26.0.1): `load_dataset("json", …)` on records in JSON lines, whose values come out by
# what stands before them, in the file or in the one before it:
#   - answers that are strings, with dates only in a later file, or only some megabytes into the same file: "2026-01-02" becomes
#     "2026-01-02 00:00:00", even where `features` says that it is a string. Of 60,000 such answers in the second half of one file of
#     27 MB more than half do, the others do not;
#   - scores of a second file, 0.25 and 4, after a first file with true and false: both become True; a dataset with the files the other way
#     round has 0.25 and 4.0. All of them in one file are kept as they are;
#   - answers in one file some of which are numbers: the *strings* "007", "1e3", "[1, 2]" and "null" become 7, 1000.0, a list and nothing;
#     "1/2" stays. Without the number among them, all are kept.
# What one would expect: JSON has said that it is a string; a record has one value, wherever it stands and however the records are split
# into files; and where two files do not agree, an error, as there is one if the first file has dates only. It hurts whoever keeps a
# benchmark or scores in shards: an exact match with the right answer is wrong from some row on, which row depends on the size of the rows before
# it, and a mean of scores is that of ones.
#
# Needs python 3.10 or newer with venv; it installs some 400 MB. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 pyarrow==26.0.1
cat >"$folder/see.py" <<'PYTHON'
import json
import sys
from collections import Counter
from pathlib import Path

import datasets
import pyarrow

datasets.disable_progress_bars()
print("python", sys.version.split()[0], "| datasets", datasets.__version__, "| pyarrow", pyarrow.__version__)


def loaded(*files, features=None):
    """The answers of these files, in their order."""
    paths = []
    for file in files:
        text = "".join(json.dumps({"question": "q" * 200, "answer": answer}) + "\n" for answer in file)
        paths.append(f"{len(list(Path().glob('*.jsonl')))}.jsonl")
        Path(paths[-1]).write_text(text)
    return datasets.load_dataset("json", data_files=paths, split="train", features=features)["answer"][:]


def show(what, files, found):
    print(f"{what}\n    {' then '.join(map(json.dumps, files))}\n    read as {found}")
    return found


words, dates, flags, scores = ["noon", "1/2"], ["2026-01-02", "2026-01-03"], [True, False], [0.25, 4]
changed = [f"{date} 00:00:00" for date in dates]
strings = ["007", "1e3", "[1, 2]", "null", "1/2"]
strict = datasets.Features({"question": datasets.Value("string"), "answer": datasets.Value("string")})
seen = [
    show("dates in the same file", [words + dates], loaded(words + dates)) == words + dates,
    show("dates in a file of their own", [words, dates], loaded(words, dates)) == words + changed,
    show("… with `features` that say `string`", [words, dates], loaded(words, dates, features=strict)) == words + changed,
    show("scores in the same file", [flags + scores], loaded(flags + scores)) == flags + scores,
    show("scores in a file of their own", [flags, scores], loaded(flags, scores)) == [True, False, True, True],
    show("… the other way round", [scores, flags], loaded(scores, flags)) == [0.25, 4.0, 1.0, 0.0],
    show("strings alone", [strings], loaded(strings)) == strings,
    show("strings and a number", [[5, *strings]], loaded([5, *strings])) == [5, 7, 1000.0, [1, 2], None, "1/2"],
]
count = 60_000
kept = Counter(loaded(["noon"] * count + ["2026-01-02"] * count))
print(f"one file of {2 * count} records, whose second half are dates: {dict(kept)}")
others = kept["2026-01-02 00:00:00"]
seen += [kept["noon"] == count, 0 < others < count, others + kept["2026-01-02"] == count]
print("SEEN: what a string or a score is read as depends on its neighbours" if all(seen) else f"NOT SEEN: {seen}")
sys.exit(0 if all(seen) else 1)
PYTHON
cd "$folder"
HF_HUB_OFFLINE=1 HF_HOME="$folder/cache" venv/bin/python see.py
