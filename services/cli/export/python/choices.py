# --- Which of several choices a reply means ---

Mention = collections.namedtuple("Mention", "choice at end refused doubted several")
SEVERAL = object()
KINDS = "(?:option|choice|answer|letter|solution|alternative|statement)"
OPENING = r"[\s>#*_\"'“‘(\[{-]{0,40}?"
CLOSING = r"[*_\"'”’)\]}]*"


def chosen_letter(reply, letters):
    """The letter that a reply chooses, in the tag or without it."""
    fields = read_tags(reply, ["thought", "choice", "solution_letter"])
    said = fields.get("choice") or fields.get("solution_letter") or without_asides(reply)
    return read_choice(without_fence(said), list(letters))


def half_width(text):
    return re.sub("[\uff01-\uff5e]", lambda found: chr(ord(found[0]) - 0xFEE0), text)


def read_choice(reply, choices):
    text = half_width(reply)
    later = after_retraction(text)
    found = None if later is None else choice_of(later, choices)
    return choice_of(text, choices) if found is None else found


def choice_of(text, choices):
    every = announcements(text)
    below = below_boxes(text)
    marked = [
        *reversed([one.text for one in every if one.kind == "tag"]),
        *([] if below is None else [below[0]]),
        *reversed([box for box, _ in boxes_in(text) if bare_choice(box, choices) is not None]),
        *reversed([one.text for one in every if one.kind != "tag"]),
        *([] if every else [(announcement(text) or ("", ""))[0]]),
    ]
    for mark in marked:
        found = marked_choice(mark, choices)
        if found is not None:
            return None if found is SEVERAL else found
    return stated_choice(text, choices)


def name_source(choices):
    return "|".join(map(own_words, sorted(choices, key=len, reverse=True)))


def name_of(text, choices):
    return next((choice for choice in choices if choice.lower() == text.lower()), None)


def bare_choice(text, choices):
    """A choice and nothing beside it but what names it: "(B)", "Option B.", "the best is b"."""
    whole = whole_choice(text, choices)
    return label_of(plain_text(text), choices) if whole is None else whole


def whole_choice(text, choices):
    plain = plain_text(text)
    named = rf"(?:(?:the|my|is|correct|right|best|final|{KINDS})\s*[:#]?\s+)*"
    one = f"{OPENING}({name_source(choices)}){CLOSING}"
    bare = js(rf"^{OPENING}{named}{one}[\s.!;]*$", "i").search(plain)
    if bare is not None:
        return name_of(bare[1], choices)
    several = js(
        rf"^{OPENING}{KINDS}?s?\s*{one}(?:\s*(?:,|;|/|&|\band\b|\bor\b)\s*)+(?:(?:and|or)\s+)?{one}(?:\s*[(.;]|[\s!)]*$)", "i"
    ).search(plain)
    if several is not None and several[1].lower() != several[2].lower():
        return SEVERAL
    return None


def label_of(line, choices):
    """What a line begins with: "B) because", "b. 4", "**Option B**: it", "B - the last"."""
    other = rf"\s+{OPENING}(?:{name_source(choices)})(?:\s*(?:[,;]|and\b|or\b)|[\s.!]*$)"
    label = js(
        rf"^{OPENING}(?:{KINDS}\s+)?{OPENING}({name_source(choices)}){CLOSING}\s*(?:[).:;–—>✓✔✅✗✘❌](?!\d)|-\s|,(?=\s)(?!{other}))", "i"
    ).search(line)
    choice = None if label is None else name_of(label[1], choices)
    is_word = label is not None and choice != label[1] and finds(rf"^{OPENING}[a-z]\s*,", line)
    return None if is_word else choice


def marked_choice(mark, choices):
    bare = bare_choice(mark, choices)
    if bare is not None:
        return bare
    mentions = mentions_in(plain_text(mark), choices)
    first = next((one.choice for one in mentions if not one.refused and not one.several), None)
    return left_over(mentions, choices) if first is None else first


FORMULA = r"\$\$[\s\S]+?\$\$|\$[^$\n]+\$|\\\[[\s\S]+?\\\]|\\\([\s\S]+?\\\)|\\f?boxed\s*\{(?:[^{}]|\{[^{}]*\})*\}"
ADVERBS = rf"(?:\s+(?:therefore|thus|clearly|definitely|probably|likely|most|indeed|only|just|simply|then|the|{KINDS}))*"
RIGHT_BEFORE = [
    rf"\b(?:it|this|that|which|one|best|result|verdict|sentiment|label|category|class|classification|guess|{KINDS})(?:['’]s|\s+(?:is|are|(?:must|should|can only|will) be|has to be)|\s*[:=]){ADVERBS}",
    r"\b(?:(?:must|should) be|has to be|(?:leaves?|leaving)(?:\s+us)?(?:\s+with)?|left with|cho(?:o?se|osing)|pick(?:ing)?|select(?:ing)?|take"
    r"|go(?:ing)? with|lean(?:ing)? to(?:wards?)?|opt for|settle on|prefer|say|vote for|match(?:es)?|corresponds? to|points? to)" + ADVERBS,
    rf"\b(?:mostly|mainly|predominantly|primarily|largely|overall){ADVERBS}",
]
CONCLUDED = rf"\b(?:therefore|thus|so|hence|conclusion)[,:]?{ADVERBS}\s+[\"'“‘(\[*_]*$"
RIGHT_AFTER = (
    r"^[\"'”’)\]*_]*\s+(?:(?:is|seems|appears|looks|must be)(?:\s+(?:to be|the|most|more|clearly|indeed|definitely|therefore|thus|our"
    r"|my))*\s+(?:correct|right|best|better|answer|true|valid|appropriate|accurate|likely)|fits|works|wins|satisfies)\b"
)


def stated_choice(text, choices):
    bare = lambda found: found[0] if bare_choice(found[0], choices) not in (None, SEVERAL, "") else " "  # noqa: E731
    prose = plain_text(replaced(FORMULA, bare, text))
    lines = [line for line in choice_lines(prose, choices) if finds(r"[\p{L}\p{N}]", line)]
    alone = [whole_choice(line, choices) for line in (lines[-1:] + lines[:1])]
    labels = [(line, bare_choice(line, choices)) for line in lines]
    labels = [(line, choice) for line, choice in labels if choice not in (None, SEVERAL)]
    is_list = len({choice for _, choice in labels}) > 1
    right = [choice for line, choice in labels if is_list and is_called_right(line)]
    wrong = r"\b(?:wrong|incorrect|false|not (?:correct|right))\b|[✗✘❌]|^\W*\S{1,20}\s+(?:[-–—:]\s+)?no(?=[.,;:!–—]|\s*$)"
    left = [choice for line, choice in labels if is_list and not finds(wrong, line, "i")]
    # Lines that only repeat what there is to choose from name nothing.
    rest = "\n".join(line for line in lines if label_of(line, choices) is None) if is_list else prose
    mentions = mentions_in(rest, choices)
    named = [one for one in mentions if not one.refused and not one.several]
    # Where all are doubted, the first is.
    good = [one for one in named if not one.doubted] or named[:1]
    readings = [
        *alone,
        judged_choice(prose, choices),
        likeliest(prose, choices),
        right[0] if len(right) == 1 else None,
        left[0] if len(left) == 1 else None,
        next((one.choice for one in reversed(good) if is_said_right(rest, one.at, one.end)), None),
        None if is_list else headed_choice(lines, choices),
        None if is_list else next((choice for line, choice in labels if line in (lines[0], lines[-1])), None),
        good[-1].choice if good else None,
        left_over(mentions, choices),
    ]
    return next((reading for reading in readings if reading not in (None, SEVERAL)), None)


def choice_lines(prose, choices):
    """The lines of a text, also of a list within a line: "A: no, B: yes", and without the numbers of "1. A - false"."""
    verdict = r"[.)]\s+(?:[Ww]rong|[Rr]ight|[Cc]orrect|[Ii]ncorrect|[Tt]rue|[Ff]alse)\b"
    item = rf"[,;.]\s+(?=(?:{name_source(choices)}){CLOSING}\s*(?:[:✓✔✅✗✘❌]|{verdict}))"
    is_list = len(js(item).findall(prose)) > 1
    lines = [row_as_item(line) for line in (replaced(item, "\n", prose) if is_list else prose).split("\n")]
    is_numbered = not any(finds(r"^\d", choice) for choice in choices)
    return [replaced(r"^\s*\d{1,2}[.)]\s+", "", line) for line in lines] if is_numbered else lines


def row_as_item(line):
    """ "| B | ✓ |" as "B: ✓"."""
    row = js(r"^\s*\|([^\n]*)\|\s*$").search(line)
    return line if row is None else ": ".join(cell.strip() for cell in row[1].split("|"))


def headed_choice(lines, choices):
    """ "Category: billing", unless several lines say different things."""
    heading = (
        rf"^{OPENING}\p{{L}}+(?:[ _-]\p{{L}}+){{0,2}}[ _-]?{CLOSING}\s*(?:[:=：]|->)\s*{OPENING}({name_source(choices)}){CLOSING}"
        + r"\s*(?:[.,;!(–—-]|$)"
    )
    other = r"^\W*(?:reasons?|why|because|not|wrong|incorrect|example|note|also|instead)\b"
    said = [js(heading, "i").search(line) for line in lines if not finds(other, line, "i")]
    named = {name_of(found[1], choices) for found in said if found is not None} - {None}
    return named.pop() if len(named) == 1 else None


def is_called_right(line):
    before = "".join(rf"(?<!\b{word}{end})" for word in ("not", "in") for end in ("", " ", "-"))
    said = r"|[✓✔✅]|^\W*\S{1,20}\s+(?:[-–—:]\s+)?(?:yes|true)\b(?=[\s.,;:!*–—-]*(?:$|\s))"
    return finds(before + r"\b(?:correct|right)\b" + said, line, "i")


def is_said_right(text, at, end):
    before, after = text[max(0, at - 120) : at], text[end : end + 120]
    return (
        any(finds(source + r"\s+[\"'“‘(\[*_]*$", before, "i") for source in RIGHT_BEFORE)
        or (finds(CONCLUDED, before, "i") and finds(r"^[\"'”’)\]*_]*\s*(?:[.!\n]|$)", after))
        or finds(RIGHT_AFTER, after, "i")
    )


GOOD, BAD = "[Tt]rue|[Cc]orrect|[Rr]ight|[Yy]es|YES|T|[✓✔✅]", "[Ff]alse|[Ii]ncorrect|[Ww]rong|[Nn]o|NO|F|[✗✘❌]"
VERDICT = rf"(?:({GOOD})|(?:{BAD}))(?![\p{{L}}\p{{N}}]|\s(?!(?:because|since|as|and|but|while)\b)[a-z])"


def judged_choice(text, choices):
    """The one choice that a text calls right where it judges several: "A: false, B: true", "A ✗ B ✓", a line "B) 4: yes"."""
    if any(finds(f"^(?:{GOOD}|{BAD})$", choice, "i") for choice in choices):
        return None
    name = rf"({name_source(choices)})[*_\"'”’)\]}}]*"
    near = rf"(?<![\p{{L}}\p{{N}}]){name}(?:[^\S\n]?(?:[-–—:=(.]|is)){{0,2}}[^\S\n]?[*_(]{{0,3}}{VERDICT}"
    at_end = rf"^[\s>#*_(\[-]{{0,20}}{name}\s?[).:–—-]?\s[^\n]{{1,80}}[:–—(-]\s?[*_]{{0,3}}{VERDICT}[).!*_]*[^\S\n]*$"
    found = [one for source in (near, at_end) for one in js(source, "m").finditer(text)]
    verdicts = {}
    for one in found:
        verdicts.setdefault(name_of(one[1], choices), set()).add(one[2] is not None)
    # "A is true and B is false; therefore D".
    end = max([0, *(one.end() for one in found)])
    if any(not one.refused for one in mentions_in(text[end:], choices)):
        return None
    right = [choice for choice, said in verdicts.items() if True in said]
    is_clear = all(len(said) == 1 for said in verdicts.values())
    return right[0] if len(verdicts) > 1 and is_clear and len(right) == 1 else None


def likeliest(text, choices):
    """ "A: 10%", "B (70%)": the choice of the highest share, if several have one."""
    share = rf"(?<![\p{{L}}\p{{N}}])({name_source(choices)}){CLOSING}(?:\s?[:(=–-]\s?|\s)(\d{{1,3}}(?:\.\d+)?)\s?%"
    shares = [(float(found[2]), name_of(found[1], choices)) for found in js(share).finditer(text)]
    most = [choice for size, choice in shares if size == max(shares)[0]]
    return most[0] if len(shares) > 1 and len(most) == 1 else None


def left_over(mentions, choices):
    """Where all but one are refused, that one is meant."""
    refused = {one.choice for one in mentions if one.refused}
    left = [choice for choice in choices if choice not in refused]
    return left[0] if all(one.refused for one in mentions) and len(choices) > 1 and len(left) == 1 else None


def plain_text(text, nested=5):
    wrapped = r"\\(?:text(?:bf|it|rm|sf)?|math(?:rm|bf|sf|it)?|boxed|fbox|mbox|operatorname)\s*\{([^{}]*)\}"
    unwrapped_text = replaced(wrapped, lambda found: found[1], text)
    if unwrapped_text != text and nested > 0:
        return plain_text(unwrapped_text, nested - 1)
    plain = replaced(r"\$|\\[()[\]]|\*\*|__|`", "", unwrapped_text)
    return replaced(r"(?:(?!\n)\s){2,}", " ", plain)


def mentions_in(text, choices):
    """The places where a text names a choice, in order."""
    alone = r"(?<![\p{L}\p{N}])(?<!\p{N}[.,])(?<!\p{L}-)"
    name = js(rf"{alone}(?:{name_source(choices)})(?![\p{{L}}\p{{N}}]|[.,]\d|['’-]\p{{L}})", "i")
    found = []
    for match in name.finditer(text):
        choice = name_of(match[0], choices)
        if choice is not None and is_meant(match[0], choice, text[: match.start()], text[match.end() : match.end() + 40]):
            found.append((choice, match.start(), match.end()))
    mentions = []
    for run in runs_of(found, text):
        begin, end = run[0][1], run[-1][2]
        after = text[end : end + 80]
        before = text[max(0, begin - 80) : begin]
        refused = is_refused(before, after)
        doubted = finds(DOUBTING_BEFORE, before, "i") or finds(DOUBTING_AFTER, after, "i")
        several = len({choice for choice, _, _ in run}) > 1
        is_correction = len(run) == 2 and finds(ONLY_NOT, text[:begin], "i") and finds(r"^\W*$", after)
        if is_correction and not finds(r"\p{L}", text[run[0][2] : run[1][1]]):
            mentions += [Mention(*one, one is run[0], doubted, False) for one in run]
        else:
            mentions += [Mention(*one, refused, doubted, several) for one in run]
    return [
        one._replace(refused=True)
        if at > 0 and mentions[at - 1].refused and finds(SO_IS, text[mentions[at - 1].end : one.at], "i")
        else one
        for at, one in enumerate(mentions)
    ]


# "Not C, D" as all that is said.
ONLY_NOT = r"^\W*not\s+\W*$"
# "A is wrong, and so is C".
SO_IS = r"[,;]\s+(?:and\s+)?(?:so|neither|nor)\s+(?:is|are|was|does|do|can)\s+(?:(?![\p{L}\p{N}])[\s\S])*$"


VERBS = (
    "is|was|has|does|must|can|cannot|could|should|will|would|seems|fits|says|gives|works|wins|fails|violates|contradicts|satisfies"
    "|matches|doesn|isn|wasn|hasn|won|couldn|because|since|as|and|or|nor|but|given|due"
)


def is_meant(written, choice, before, after):
    """A letter counts in its own case, in brackets, or behind "option" and its like; "A car" and "I think" do not."""
    if not finds(r"^\p{L}$", written):
        return True
    naming = r"\b(?:option|choice|answer|letter|solution|alternative|statement)s?[:\s]+[\"'“‘([*_]*$"
    if finds(naming, before[-30:], "i") or (before.endswith("(") and after.startswith(")")):
        return True
    is_word = written in "aiAI" and starts_with_small(after)
    return written == choice and not (is_word and not finds(rf"^\s+(?:{VERBS})\b", after))


JOINING = (
    r"^[\"'”’)\]*_]*\s*(?:(?:,|;|\/|&|\band\b|\bor\b|\bnor\b)\s*)+(?:(?:option|choice|answer|solution)s?\s+)?[\"'“‘([*_]*$"
)


SENTENCE_VERB = r"^\W*\s(?:is|was|seems|looks|fits|has|does)\b"


def runs_of(found, text):
    """Those that only commas, "and" and "or" part; one that comes again begins anew."""
    runs = []
    for one in found:
        run = runs[-1] if runs else None
        is_new = run is not None and all(choice != one[0] for choice, _, _ in run)
        between = text[run[-1][2] : one[1]] if runs else ""
        # "B, A was close": the second begins a sentence of its own.
        is_other = finds(r"^\W*[,;]\W*$", between) and finds(SENTENCE_VERB, text[one[2] : one[2] + 20], "i")
        before = text[max(0, run[0][1] - 80) : run[0][1]] if runs else ""
        # "Neither A nor C; B", "none of A, B and C is right".
        is_after_refused = finds(r"^\W*;\W*$", between) and finds(REFUSING_BEFORE, before, "i")
        is_other = is_after_refused or (is_other and not finds(NONE_OF, before, "i"))
        if is_new and not is_other and finds(JOINING, between, "i"):
            run.append(one)
        else:
            runs.append([one])
    return runs


NONE_OF = r"\bnone of\s+[\"'“‘([*_]*$"
FILLERS = (
    r"(?:(?:be|is|to|it|a|an|the|simply|just|really|both|either|(?:option|choice|answer|letter|solution|statement)s?)\s+)*"
)
REFUSING_BEFORE = (
    r"(?:\b(?:not|no|never|neither|nor|cannot|without|except|none of|far from|anything but|unlike|than|against|over|reject(?:s|ed|ing)?|rul(?:e|es|ed|ing) out|"
    r"eliminat(?:e|es|ed|ing)|exclud(?:e|es|ed|ing)|discard(?:s|ed|ing)?|instead of|incorrect:?|wrong:?)|n['’]t)\s+"
    + FILLERS
    + r"[\"'“‘([*_]*$"
)
REFUSING_AFTER = (
    r"^[\"'”’)\]*_]*\s*(?:\([^()]*\)\s*)?(?:(?:cannot|can['’]t|(?:do|does|did|is|are|was|were|could|would|will) not"
    r"|(?:do|does|did|is|are|was|were|could|would|wo)n['’]t|fails?|violates?|contradicts?)\b|"
    r"(?:is|are|was|were|seems?|appears?|looks?|(?:can|could|must|would|should) be)"
    r"(?:\s+(?:both|all|also|clearly|obviously|simply|just|too|very|quite|the|a|an|therefore|thus))*\s+"
    r"(?:wrong|incorrect|false|invalid|impossible|out|ruled|eliminated|excluded|contradicted|rejected|discarded|absurd|tempting|unlikely"
    r"|implausible|irrelevant|inappropriate|off|nonsense|distractors?|worse|worst|less)\b)"
)


DOUBTING_BEFORE = (
    r"\b(?:maybe|perhaps|possibly|(?:could|might|may|would) (?:also )?be|considered|considering|alternatively|(?:alternative|second|next|runner-up)(?: is)?|(?:some|many|others|people)(?: people)? (?:would|might|could|may) [a-z]+|some|a few"
    r"|despite)(?:\s+(?:an?|the|choice|option|answer|guess))*[\s:]+[\"'“‘([*_]*$"
)
DOUBTING_AFTER = (
    r"^[\"'”’)\]*_]*\s*(?:(?:could|might|may|would)\b(?! not)|(?:is|are|was|seems|looks|remains)"
    r"(?:\s+(?:also|still|equally|a|the|another|only|not|less|quite|partly|somewhat))*\s+"
    r"(?:possible|plausible|conceivable|imaginable|acceptable|second|close|alternative|runner-up|partly)\b|(?:\s*(?:is|are|was))?\s*also\b)"
)


# "Everything but D", "all options except D".
SINGLED_OUT = (
    r"\b(?:everything|none|nothing|every (?:option|choice|one)|all(?: of)?(?: (?:the|these|other))?"
    r"(?: (?:options|choices|answers|ones|statements))?)\s+(?:but|except)\s+(?:for\s+)?[\"'“‘([*_]*$"
)


# "D is worse than B" speaks for B.
IS_BETTER = r"\b(?:worse|weaker|poorer|less\s+[a-z]+)\s+than\s+[\"'“‘([*_]*$"


def is_refused(before, after):
    if finds(SINGLED_OUT, before, "i") or finds(IS_BETTER, before, "i"):
        return False
    return finds(REFUSING_BEFORE, before, "i") or finds(REFUSING_AFTER, after, "i")
