#!/usr/bin/env bash
# duckdb 2.0.1: `read_json` makes times, dates and UUIDs of JSON *strings* that look like them, and what it then writes is another text.
# A benchmark in JSON lines whose reference answers are "7:45" and "12:30" comes out of `COPY … TO 'x.parquet'` (or of CSV, or back in
# JSON) with "07:45:00" and "12:30:00", so that an exact match with a model's right "7:45" is wrong: exact match falls from 1 to 0, and
# no warning says so. Fractions, ratios and "007" stay what they are. polars 2.1.0 keeps all of them (shown beside).
# What one would expect: JSON has said that it is a string; only CSV leaves the type open. `columns = {…}` keeps strings, and
# so does a single answer among them that is no time ("noon"): the same question set is read in two ways before and after a row is
# added.
#
# Needs python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 polars==2.1.0
cat >"$folder/see.py" <<'PYTHON'
import json
import sys
from pathlib import Path

import duckdb
import polars

print("python", sys.version.split()[0], "| duckdb", duckdb.__version__, "| polars", polars.__version__)
sets = {
    "times of day": ["7:45", "12:30"],
    "times, one in words": ["7:45", "noon"],
    "identifiers": ["123E4567-E89B-12D3-A456-426614174000", "123E4567-E89B-12D3-A456-426614174001"],
    "ratios": ["3/4", "12/25"],
    "agents": ["007", "011"],
}


def matches(expected, path):
    """How many right answers still equal their reference, in what a reader of the converted file gets."""
    found = [json.loads(line)["answer"] for line in Path(path).read_text().splitlines()]
    print(f"    {path.name:14} {found}")
    return sum(one == other for one, other in zip(expected, found)) / len(expected)


scores = {}
for name, answers in sets.items():
    given, by_duckdb, by_polars = (Path(file) for file in ("given.jsonl", "duckdb.jsonl", "polars.jsonl"))
    given.write_text("".join(json.dumps({"question": f"q{index}", "answer": answer}) + "\n" for index, answer in enumerate(answers)))
    kind = duckdb.sql("SELECT typeof(answer) FROM 'given.jsonl' LIMIT 1").fetchall()[0][0]
    duckdb.sql("COPY (SELECT * FROM 'given.jsonl') TO 'questions.parquet'")
    duckdb.sql("COPY (SELECT question, answer::VARCHAR AS answer FROM 'questions.parquet' ORDER BY question) TO 'duckdb.jsonl'")
    polars.read_ndjson(given).write_parquet("polars.parquet")
    polars.read_parquet("polars.parquet").write_ndjson(by_polars)
    print(f"{name}: {answers} (JSON strings), read as {kind}")
    scores[name] = (matches(answers, by_duckdb), matches(answers, by_polars))
    print("    exact match of the right answers: duckdb %.1f, polars %.1f" % scores[name])
seen = [scores[name] for name in sets] == [(0, 1), (1, 1), (0, 1), (1, 1), (1, 1)]
print("SEEN: strings of JSON come out as other strings" if seen else "NOT SEEN")
sys.exit(0 if seen else 1)
PYTHON
cd "$folder"
venv/bin/python see.py
