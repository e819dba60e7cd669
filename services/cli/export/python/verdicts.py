# --- Whether a reply says yes or no ---

MISTAKE = "(?:mistakes?|errors?|issues?|problems?|flaws?|faults?|bugs?)"
FAULTLESS = (
    rf"(?:\b(?:no|without(?: any)?|free (?:of|from))|(?:\b(?:not|never)|n['’]t) (?:\w+ ){{0,2}}any)\s+(?:\w+\s+){{0,2}}{MISTAKE}\b|"
    r"\bnothing (?:is |was |seems )?(?:wrong|incorrect)\b|(?:\bnot|n['’]t)\s+(?:wrong|incorrect|false)\b"
)
FAULTY = (
    r"(?:\b(?:not|never)|n['’]t)\s+(?:\w+\s+){0,2}(?:true|correct|right|valid|pass(?:ed)?|hold|solve|good|fine|match|accurate)\b"
    r"|\b(?:false|no|fail(?:s|ed|ing)?|incorrect|wrong|invalid|inaccurate|bad|mistaken?s?|errors?|flawed)\b"
    r"|\b(?:should|must|needs? to) be (?:\w+ )?(?:fixed|revised|corrected|rewritten|rejected)\b|[✗✘❌]"
)
GOOD = (
    r"\b(?:true|yes|pass(?:es|ed)?|correct(?:ly)?|right(?:ly)?|valid|ok(?:ay)?|sound|faultless|flawless|good|fine|perfect|lgtm"
    r"|accurate|match(?:es)?|holds?|solves)\b|[✓✔✅]"
)
PLAIN_VERDICT = (
    r"^\W*(?:(?<yes>true|yes|pass(?:es|ed)?|correct|right|valid|1)|(?<no>false|no|fail(?:s|ed)?|incorrect|wrong|invalid|0))\b"
    r"(?!\s*(?:or\b|and\b|\/|\|))"
)
ABOUT_THE_WHOLE = (
    r"\b(?:solution|answer|it|this|that|everything|all|response|result|reasoning|working|code|program|function|verdict|passed"
    r"|review|there|I)\b"
)


def read_verdict(text):
    """None if it says both or neither."""
    rest = replaced(r"\b(?:passed|verdict|result|review)[\"'*_`\s]*[:=?][*_`\s]*", "", text, "i")
    rest = replaced(FAULTLESS, " faultless ", rest, "i")
    first = js(PLAIN_VERDICT, "i").search(rest)
    if first is not None:
        return first["yes"] is not None
    no = finds(FAULTY, rest, "i")
    yes = finds(GOOD, replaced(FAULTY, " ", rest, "i"), "i")
    return None if yes == no else yes


def verdict_of_prose(text):
    """Its last sentence's, else the last sentence's that speaks of the whole."""
    sentences = [one for one in js(r"(?<=[.!?])\s+|\n+").split(text) if finds(r"[\p{L}\p{N}]", one)]
    *before, last = sentences or [""]
    verdict = read_verdict(last)
    if verdict is not None:
        return verdict
    verdicts = (read_verdict(sentence) for sentence in reversed(before) if finds(ABOUT_THE_WHOLE, sentence))
    return next((one for one in verdicts if one is not None), None)
