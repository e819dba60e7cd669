"""The measures that others score with, one JSON object a line: {"rule", "gold", "answer"} in, {"score"} out.

math      math-verify (the package), as Hugging Face's leaderboards use it
gsm8k     lm-evaluation-harness' gsm8k task with its "flexible-extract" filter, from its definition: 18.0 is not 18, as texts
gsm8k-as-numbers  the same, but what it finds is compared as a number
drop      DROP's official F1, from the definition in its paper and evaluator: spans aligned, numbers must match
hotpotqa  HotpotQA's official F1, from the definition in its evaluator
"""

import json
import re
import string
import sys
from collections import Counter
from functools import cache

ARTICLES = re.compile(r"\b(a|an|the)\b")


def math(gold, answer):
    from math_verify import parse, verify

    return float(verify(parse("$\\boxed{%s}$" % gold), parse(answer)))


def gsm8k(gold, answer):
    return float(plain_number(last_number(answer)) == plain_number(gold))


def gsm8k_as_numbers(gold, answer):
    found, expected = plain_number(last_number(answer)), plain_number(gold)
    return float(is_number(found) and float(found) == float(expected))


def last_number(text):
    found = re.findall(r"(-?[$0-9.,]{2,})|(-?[0-9]+)", text)
    return next((part for part in found[-1] if part), "") if found else "[invalid]"


def plain_number(text):
    for ignored in (",", r"\$", r"(?s).*#### ", r"\.$"):
        text = re.sub(ignored, "", text)
    return text.strip().lower()


def hotpotqa(gold, answer):
    expected, given = plain_words(gold), plain_words(answer)
    decisions = ("yes", "no", "noanswer")
    if (expected in decisions or given in decisions) and expected != given:
        return 0.0
    common = sum((Counter(expected.split()) & Counter(given.split())).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(given.split()), common / len(expected.split())
    return 2 * precision * recall / (precision + recall)


def plain_words(text):
    letters = "".join(sign for sign in text.lower() if sign not in string.punctuation)
    return " ".join(ARTICLES.sub(" ", letters).split())


def drop(gold, answer):
    """Bars part golds of which any one is right, and the spans of an answer."""
    return max(drop_one(one, answer) for one in gold.split("|"))


def drop_one(gold, answer):
    expected, given = [bag(gold)], [bag(span) for span in answer.split("|")][:8]
    table = [[overlap(one, other) for other in given] for one in expected]
    return round(best_alignment(table) / max(len(expected), len(given)), 2)


def bag(span):
    tokens = (drop_token(token) for token in re.split(" |-", span))
    return frozenset(token for token in " ".join(tokens).split() if token)


def drop_token(token):
    token = token.lower()
    if not is_number(token):
        token = "".join(sign for sign in token if sign not in string.punctuation)
    if is_number(token):
        token = str(float(token))
    return " ".join(ARTICLES.sub(" ", token).split())


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def overlap(expected, given):
    numbers = {word for word in expected if is_number(word)}
    if numbers and not numbers & {word for word in given if is_number(word)}:
        return 0.0
    common = len(expected & given)
    precision = common / len(given) if given else 1.0
    recall = common / len(expected) if expected else 1.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def best_alignment(table):
    @cache
    def best(row, taken):
        if row == len(table):
            return 0.0
        free = (column for column in range(len(table[row])) if not taken & 1 << column)
        return max([best(row + 1, taken)] + [table[row][column] + best(row + 1, taken | 1 << column) for column in free])

    return best(0, 0)


RULES = {"math": math, "gsm8k": gsm8k, "gsm8k-as-numbers": gsm8k_as_numbers, "drop": drop, "hotpotqa": hotpotqa}


def main():
    for line in sys.stdin:
        item = json.loads(line)
        print(json.dumps({"score": RULES[item["rule"]](item["gold"], item["answer"])}), flush=False)


if __name__ == "__main__":
    main()
