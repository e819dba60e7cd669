#!/usr/bin/env bash
# lm-eval 0.4.13 (EleutherAI's harness), its tasks of answers with reasoning as they are in the package, over questions made up here: the
# filters that read "The answer is …" ask for one more character behind it, whatever it is, and where the reply ends there they take the
# answer's last one for it.
#   - gsm8k_cot, `strict-match`: "The answer is 18" is read as 1, so it is wrong, and right where the reference is 1; "The answer is 8" is no
#     answer at all; a line end behind the number does not help. "The answer is 18." is read as 18;
#   - bbh_cot_fewshot_*: "So the answer is True" is read as "Tru", "So the answer is 12" as "1"; with a full stop they are right;
#   - gsm8k_cot, `flexible-extract`, the last number of the reply: what has two of `$ , .` on end is a number too, so that "The answer is 18 ..."
#     and "it costs 18 $." are read as "..." and "$.".
# What one would expect: that a reply is read alike with and without its full stop, or not at all. It hurts whoever compares models by
# these scores: what separates them is punctuation. One that was tuned to end without a full stop loses nearly all its points, and what is
# logged as its answer looks like arithmetic gone wrong. gsm8k_platinum_cot has the same pattern.
#
# Needs python 3.10 or newer with venv; it installs some 800 MB. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check lm-eval==0.4.13
cat >"$folder/see.py" <<'PYTHON'
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

import lm_eval
from lm_eval.api.model import LM
from lm_eval.tasks import TaskManager

# By task and filter: the reply, the reference, what is read of it, and its score.
cases = {
    ("gsm8k_cot", "strict-match"): [
        ("The answer is 18.", "18", "18", 1),
        ("The answer is 18", "18", "1", 0),
        ("The answer is 18\n", "18", "1", 0),
        ("The answer is 8.", "8", "8", 1),
        ("The answer is 8", "8", "[invalid]", 0),
        ("The answer is 18", "1", "1", 1),
    ],
    ("gsm8k_cot", "flexible-extract"): [
        ("The answer is 18", "18", "18", 1),
        ("The answer is 18 ...", "18", "...", 0),
        ("So it costs 18 $.", "18", "$.", 0),
    ],
    ("bbh_cot", "get-answer"): [
        ("So the answer is True.", "True", "True", 1),
        ("So the answer is True", "True", "Tru", 0),
        ("So the answer is 12", "12", "1", 0),
    ],
}
files = {"gsm8k_cot": "gsm8k/gsm8k-cot.yaml", "bbh_cot": "bbh/cot_fewshot/boolean_expressions.yaml"}


class Replies(LM):
    """Answers question 7 with the seventh reply."""

    def __init__(self, replies):
        super().__init__()
        self.replies = replies

    def generate_until(self, requests, disable_tqdm=False):
        return [self.replies[int(re.findall(r"Q: question (\d+)", request.args[0])[-1])] for request in requests]

    def loglikelihood(self, requests, disable_tqdm=False):
        raise NotImplementedError

    def loglikelihood_rolling(self, requests, disable_tqdm=False):
        raise NotImplementedError


def judged(task, pairs):
    """What each filter of a task of the package reads of the replies, and the score, by filter and reply."""
    questions = Path(f"{task}.jsonl").absolute()
    rows = [
        {"question": f"question {at}", "answer": f"#### {reference}", "input": f"question {at}", "target": reference}
        for at, (_, reference, *_) in enumerate(pairs)
    ]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows))
    tasks = Path(lm_eval.__file__).parent / "tasks"
    Path("tasks").mkdir(exist_ok=True)
    Path(f"tasks/{task}.yaml").write_text(
        f"include: {tasks / files[task]}\ntask: local_{task}\ndataset_path: json\ndataset_name: null\n"
        f"dataset_kwargs: {{ data_files: {{ test: {json.dumps(str(questions))} }} }}\n"
    )
    found = lm_eval.simple_evaluate(
        model=Replies([reply for reply, *_ in pairs]),
        tasks=[f"local_{task}"],
        task_manager=TaskManager(include_path="tasks", include_defaults=False),
        log_samples=True,
        bootstrap_iters=0,
    )
    samples = found["samples"][f"local_{task}"]
    return {(one["filter"], one["doc_id"]): (one["filtered_resps"][0], int(one["exact_match"])) for one in samples}


print("python", sys.version.split()[0], "| lm-eval", version("lm-eval"))
seen = True
for (task, name), pairs in cases.items():
    results = judged(task, pairs)
    for at, (reply, reference, *expected) in enumerate(pairs):
        read, score = results[name, at]
        print(f"{task:9} {name:16} {reply!r:26} reference {reference:5} read as {read!r:12} score {score}")
        seen = seen and [read, score] == expected
print("SEEN: without a full stop the answer loses its last letter" if seen else "NOT SEEN")
sys.exit(0 if seen else 1)
PYTHON
cd "$folder"
HF_HUB_OFFLINE=1 HF_HOME="$folder/cache" LOGLEVEL=ERROR venv/bin/python see.py 2>"$folder/log" || {
  cat "$folder/log" >&2
  exit 1
}
