# --- What a reply says its answer is, where it does not use the form that was asked for ---

Said = collections.namedtuple("Said", "kind final at text whole")
OTHERS = "proposed previous initial given provided alternative possible wrong incorrect".split()
ASKED = r"(?:\s+(?:to|for)\s+(?:the|this|that|your)\s+(?:\p{L}+\s+)?(?:question|problem|task|riddle|puzzle|query|exercise))?"
REMARK = r"(?:\s*\([^()\n]{1,60}\)|,[^,.:\n]{1,40},)?"
ANSWER_TAG = r"<\s*((?:final|short)?[ _-]?answer)\b[^<>]*>((?:(?!<\s*\1\b)[\s\S])*?)(<\s*\/\s*\1\s*>|$)"
ANSWER_MEMBER = (
    r"""(["'])(?:(?:final|short|correct)[ _-]?)?answer\1\s*:\s*("""
    r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|-?\d[\d.eE+-]*|true|false)\s*[,}]"""
)
HEADING = (
    r"(?:^|(?<=[\s*_#(>]))"
    + "".join(rf"(?<!\b{word}\s)" for word in OTHERS)
    + rf"(?:answer{REMARK}{ASKED}(?:\s+is(?:\s+correct)?)?[*_]*"
    + r"\s*(?:[:：]|=(?![=>])|[-=]{1,2}>|[→⇒]|\s[–—-]\s)|ans[*_]*[:：])[\s*]*_{0,2}(?!_)"
)
BARE_HEADING = (
    r"^[^\p{L}\p{N}\n]*(?:\d+[.)][ \t*_]*)?(?:the[ \t]+)?(?:(?:final|short|correct)[ \t]+){0,2}answer[ \t*_#]*\n[\s*]*_{0,2}(?!_)"
)
SENTENCE = (
    "".join(rf"(?<!\b{word}\s)" for word in [*OTHERS, "original"])
    + rf"\banswer{REMARK}{ASKED}{REMARK}"
    + r"\s+(?:is|are|was|(?:would|should|must|will)(?:\s+\p{L}+)?\s+be|becomes|equals)"
    + r"(?:\s+(?:therefore|thus|then|simply|hence|indeed|also|actually|clearly))?[\s:*_]+(?=\S)"
)
FOREIGN = (
    r"(?<!\p{L})(?:antwort|lösung|réponse|respuesta|resposta|risposta|antwoord|odpowiedź|cevap|[оО]твет)"
    r"(?:(?:\s\p{L}{2,12})?[*_]*\s?[:：][\s*_]*|(?:\s\p{L}{2,12})?\s(?:ist|lautet|est|es|é|è|to|is)(?:\s:)?[\s:*_]+)(\S[^\n]{0,300})",
    r"(?:答案(?:应该|就)?(?:是|为|[:：])|(?:故选|应选|选择?)[:：]?(?=[\s*]*[A-J](?![A-Za-z])))[\s*:：]*([^\n。；;（(]{1,200}?)"
    r"(?=[。；;（(\n]|，\s*(?:因|其|所|验|共|即|也|而|故)|$)",
    r"(?:答え|解答|回答)(?:は|[:：])[\s*、]*([^\n。（(]{1,200}?)(?=で(?:す|ある)|となり|に?なります|[。（(\n]|$)",
    r"(?:정답|답)(?:은|[:：])[\s*]*([^\n(]{1,200}?)(?=입니다|이다|\.(?!\d)|[(\n]|$)",
)
FINAL_WORDS = r"\bfinal[ \t*_]+$"
LINE_BEGIN = (
    r"(?:^|\n)[^\p{L}\p{N}\n]*(?:\d+[.)][ \t*_]*)?(?:the[ \t]+)?(?:(?:final|short|correct|best|right)[ \t]+){0,2}$"
)
JUDGEMENT = (
    r"^(?:(?:indeed|also|already|therefore|essentially|properly|correctly|fully|clearly|both|not)\s+)*"
    r"(?:(?:(?:in)?correct|(?:in)?accurate|right|wrong|(?:in)?valid|consistent|numeric(?:al)?|concise|clear|complete|verified"
    r"|confirmed|reasonable|formatted)"
    r"(?=[\s*_]*(?:$|[.,;:!?)]|(?:and|but|because|since|as|given)\b)|\s+(?:with|according|based|for this)\b)"
    r"|(?:in|of) the (?:\p{L}+ )?(?:format|form|style|range|order|units?)\b|a single |based on |as follows|not "
    r"|(?:\p{L}+ed|given|shown|written) (?:to|as|in|by|from|with) )"
)
LONGEST_ANSWER, LONGEST_END = 1000, 30000


def announcements(text):
    """Every place where a text says what its answer is, in order."""
    skipped = max(0, len(text) - LONGEST_END)
    end = text[skipped:]
    near = [one._replace(at=one.at + skipped) for one in [*headings_in(end), *sentences_in(end), *stated_in(end)]]
    found = [one for one in [*answer_tags_in(text), *near] if holds_answer(one.text)]
    return sorted(found, key=lambda one: one.at)


def announcement(text):
    """(the answer, all that stands there): the last tag, else heading or final sentence, a last line, a sentence."""
    every = announcements(text)
    last = js(r"(?:^|\n)####[ \t]*([^\n]+?)\s*$").search(text) or js(r":[*_]*[ \t]*\n\s*([^\n]+)\s*$").search(text)
    line = without_emphasis(group_or(last))
    said = (
        last_of(one for one in every if one.kind == "tag")
        or last_of(one for one in every if one.kind == "heading" or one.final)
        or (Said("line", False, 0, line, line) if holds_answer(line) else None)
        or last_of(every)
    )
    return None if said is None else (said.text, said.whole)


def last_of(items):
    return next(reversed(list(items)), None)


def answer_tags_in(text):
    found = []
    for match in js(ANSWER_TAG, "i").finditer(text):
        # A tag that is never closed may be one that prose names.
        if match[3] != "" or finds(r"(?:^|\n)\s*$", text[: match.start()]):
            found.append((match.start(), match[2]))
    for match in js(ANSWER_MEMBER, "i").finditer(text):
        literal = match[2]
        if literal.startswith("'"):
            found.append((match.start(), literal[1:-1].replace("\\'", "'")))
            continue
        try:
            found.append((match.start(), json_text(json_value(literal))))
        except ValueError:
            found.append((match.start(), literal))
    tags = []
    for at, held in found:
        again = None if len(held) > LONGEST_ANSWER else last_of(announcements(held))
        whole = without_emphasis(held)
        tags.append(Said("tag", True, at, whole if again is None else again.text, whole))
    return tags


def headings_in(text):
    found = []
    for source, flags in ((HEADING, "i"), (BARE_HEADING, "im")):
        for match in js(source, flags).finditer(text):
            held = held_text(text[match.end() :])
            before = text[max(0, match.start() - 80) : match.start()]
            final = source is BARE_HEADING or finds(FINAL_WORDS, before, "i") or finds(LINE_BEGIN, before, "i")
            # It may announce again: "Final Answer: The final answer is 7.78. I hope it is correct."
            again = last_of(sentences_in(held[:LONGEST_ANSWER]))
            cut_off = without_emphasis(until_sentence_end(held[:LONGEST_ANSWER]))
            text_held = cut_off if again is None else again.text
            found.append(Said("heading", final, match.start(), text_held, without_emphasis(held)))
    return found


def sentences_in(text):
    found = []
    for match in js(SENTENCE, "i").finditer(text):
        held = until_sentence_end(held_text(text[match.end() :])[:LONGEST_ANSWER])
        is_all = match.end() + len(held) + 3 > len(text.rstrip(SPACES)) and match.start() < 20
        if finds(JUDGEMENT, held) and not is_all:
            continue
        final = finds(FINAL_WORDS, text[max(0, match.start() - 12) : match.start()], "i")
        answer = replaced(r"^not\b[^.]{1,60}?\bbut\s+", "", without_emphasis(held), "i")
        found.append(Said("sentence", final, match.start(), answer, answer))
    return found


def stated_in(text):
    """What stands before the words that say so, or under a name of its own."""
    found = []
    for at, held in sorted((match.start(), match[1]) for source in FOREIGN for match in js(source, "i").finditer(text)):
        found.append(Said("heading", True, at, without_emphasis(until_sentence_end(held)), without_emphasis(held)))
    stated = [*above_explanation(text), *before_the_word(text), *result_in_json(text)]
    for at, answer in sorted(stated, key=lambda one: one[0]):
        found.append(Said("sentence", False, at, answer, answer))
    return found


EXPLAINED = (
    r"^([^\n]{1,200})\n\s{0,20}(?:[*_#>-]{1,6}[ \t]{0,4}){0,4}(?:(?:brief|short|quick)[ \t]+)?"
    r"(?:explanation|reasoning|rationale|justification|because|reason|here(?:['’]s| is) why|why)\b"
)
OPENS_TEXT = (
    r"^(?:#|(?:I|We|You|Let|Let['’]s|To|Sure|Ok|Okay|First|Here|Given|Certainly|Step|Problem|Question|Task|Analysis|This|These|In"
    r"|For|My|Based|Looking|Using)\b)"
)


def above_explanation(text):
    found = js(EXPLAINED, "i").search(text.lstrip(SPACES))
    line = replaced(r"[.。]$", "", without_emphasis(group_or(found)))
    is_answer = line != "" and not line.endswith(":") and not finds(OPENS_TEXT, line, "i")
    return [(0, line)] if is_answer and len(js(r"\s+").split(line)) <= 10 else []


AS_THE_ANSWER = (
    r"(?:\s{1,3}(?:is|are)(?:\s(?:indeed|therefore|thus|then))?|,?\s{1,3}as)\s(?:the|our|my)\s(?:\*\*)?"
    r"(?:(?:final|correct|right)\s)?answer(?!\p{L}|:)"
)
STATED = (
    r"(?:\$[^$\n]{1,80}\$|\\\([^\n]{1,80}\\\))$",
    r"[-\u2212]?[$€£]?\d[\d,]*(?:\.\d+)?%?(?:[ \t][a-z]+){0,2}$",
)
DENIED = r"(?:\b(?:not|if|that|whether|why|how)|n['’]t)\s+$"
NO_NAME = set("This That It Which What Here There If Whether Neither Nothing Mine I He She They Who".split())
CONJUNCTIONS = set("So Since Therefore Thus Hence Because As And But Then Now Finally".split())


def before_the_word(text):
    found = []
    for match in js(AS_THE_ANSWER).finditer(text):
        before = replaced(r"\*\*$", "", text[max(0, match.start() - 120) : match.start()])
        value = js(STATED[0]).search(before) or js(STATED[1]).search(before)
        words = js(r"[^\s,;:!?()]+(?:[ \t][^\s,;:!?()]+){0,4}$").search(before)
        named = place_name(before.split("\n")[-1]) or capitalized(words[0] if words is not None else "")
        answer = value[0] if value is not None else named
        if answer != "" and not finds(DENIED, replaced(r"\*\*$", "", before[: -len(answer)]), "i"):
            found.append((match.start() - len(answer), answer))
    return found


PREPOSITIONS = set(
    "In On At By From For With Of To After Before Here There Yes No Well Okay Ok First Overall Clearly Also However".split()
)


def place_name(line):
    """A line that names one thing in two parts: "Marion, South Australia"."""
    name = line.replace("**", "")
    words = [js(r"\s").split(part) for part in js(r",\s").split(name)]
    is_name = len(words) == 2 and all(len(part) <= 4 and all(map(is_capital_word, part)) for part in words)
    first = js(r"[\s,]").split(name)[0]
    return name if is_name and first not in CONJUNCTIONS | NO_NAME | PREPOSITIONS else ""


def is_capital_word(word):
    return unicodedata.category(word[:1] or " ") == "Lu" and finds(r"^(?:\p{L}|[.'’-])*$", word)


def capitalized(text):
    """The last words that all have a capital."""
    own = []
    for word in reversed(js(r"[ \t]").split(text.replace("**", ""))):
        if word[:1] == word[:1].lower():
            break
        own.insert(0, word)
    rest = own[1:] if own and own[0] in CONJUNCTIONS else own
    return "" if rest and rest[0] in NO_NAME else " ".join(rest)


RESULT_FIELDS = (
    r"^(?:final[ _-]?)?(?:result|solution|output|label|category|class|classification|prediction|choice|verdict|intent|sentiment)$"
)


def result_in_json(text):
    """Of a reply that is one JSON object, the only field that is called after a result."""
    whole = trim(without_fence(trim(text)))
    if not whole.startswith("{") or not whole.endswith("}"):
        return []
    held = [value for name, value in json_object(whole).items() if finds(RESULT_FIELDS, name, "i")]
    is_short = len(held) == 1 and (isinstance(held[0], float) or (isinstance(held[0], str) and len(held[0]) <= 100))
    return [(0, json_text(held[0]))] if is_short else []


INTRODUCES = r"(?:\p{L}|[)$])[*_]*[:：][*_]*\s*$|\b(?:is|are|equals|be|by)\s*$"


def held_text(following):
    """A line, a formula or code set apart, or the items of a list; below a line that introduces them, if there is one."""
    rest = following[:LONGEST_ANSWER]
    apart = js(r"^(?:\\\[[\s\S]+?\\\]|\$\$[\s\S]+?\$\$|```[\w-]*\n([\s\S]+?)\n?```)").search(rest)
    if apart is not None:
        return apart[0] if apart[1] is None else apart[1]
    items = js(r"^(?:(?:[-\u2022]|\d{1,2}[.)])[ \t]+[^\n]+(?:\n|$)){2,}").search(rest)
    if items is not None:
        return ", ".join(js(r"^\S+[ \t]+(.+)$", "m").findall(items[0]))
    line = following.split("\n")[0]
    below = replaced(r"^\s+", "", following[len(line) :]) if finds(INTRODUCES, line) else ""
    return replaced(r"^[-\u2022][ \t]+", "", line) if below in ("", following) else held_text(below)


TITLES = set("Mr Mrs Ms Messrs Dr St Mt Ft Gen Col Lt Capt Sgt Rev Gov Sen Rep Prof Hon Jr Sr vs Vs jr sr".split())
BEFORE_NUMBERS = set(
    "no nos vol p pp fig eq ch c ca approx jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
SHORTENED = set("inc ltd co corp bros etc al est dept approx".split())
SENTENCE_START = (
    r"^[\"'”’)*_\]]*\s+(?:I|The|It|This|That|These|They|We|He|She|You|Because|Since|So|Thus|Therefore|Hence|As|In|There|Note"
    r"|However|If|My|Let)\b"
)


def until_sentence_end(text):
    """Up to the full stop that ends its first sentence: an initial or an abbreviation ends none."""
    for stop in js(r"\.(?=[\"'”’)*_\]]*(?:\s|$))").finditer(text):
        at = stop.start()
        if ends_sentence(text[max(0, at - 20) : at], text[at + 1 : at + 40]):
            return text[:at] + js(r"^[\"'”’)*_\]]*").search(text[at + 1 :])[0]
    return text


def ends_sentence(before, after):
    if before and unicodedata.category(before[-1]) == "Lu" and not finds(r"[\p{L}\p{N}]", before[-2:-1]):
        return finds(SENTENCE_START, after)
    written = group_or(js(r"([\p{L}.]+)$").search(before))
    word = written.lower()
    if written in TITLES or (finds(r"^\s+\p{N}", after) and word in BEFORE_NUMBERS):
        return False
    return not (starts_with_small(after) and (word in SHORTENED or "." in word))


def holds_answer(text):
    return replaced(r"[*_`#$\\{}[\]():.…\s]+", "", text) != ""


def without_emphasis(text):
    """Without Markdown's emphasis; what is a product or a power stays."""
    text = replaced(r"^\s*\}", "", text)
    text = replaced(r"(?<=\w\*\*)!+(?=\s*$)", "", text)
    text = replaced(r"(?<![\w)\]}])\*\*(?=\S)|(?<=\S)\*\*(?![\w([{\\])", "", text)
    return replaced(r"^[\s*_`]+|[\s*_`]+$", "", text)


BOX = r"(?:\\(?:begin)?(?:boxed|fbox|framebox)(?![a-zA-Z])|(?:(?<!\\)(?<!\p{L})b|\x08)oxed(?=\s*\{))\s*"
BOX_REJECTED = (
    r"^[$)\s\\\]]{0,6}(?:,\s)?(?:which|but (?:this|that|it)|this|that)?\s?(?:is|was|must be)\s(?:also\s)?"
    r"(?:extraneous|invalid|rejected|discarded|not (?:valid|allowed)|wrong|incorrect)\b"
)
BOX_DENIED = r"(?:\bnot|\binstead of|\brather than|n['’]t)\s+(?:\$|\\[([])?\s*$"


def boxes_in(text):
    r"""(what stands in it, where it begins) of each \boxed{…} and \fbox{…}, without those that the text denies."""
    found = []
    for match in js(BOX).finditer(text):
        start = match.end()
        inside = between_braces(text, start) if text[start : start + 1] == "{" else without_braces(text[start : start + 1000])
        if inside is not None:
            end = start + len(inside) + (2 if text[start : start + 1] == "{" else 0)
            found.append((inside, match.start(), text[end : end + 60]))
    meant = [
        (inside, at)
        for inside, at, after in found
        if not finds(BOX_DENIED, text[max(0, at - 30) : at], "i") and not finds(BOX_REJECTED, after)
    ]
    return meant or [(inside, at) for inside, at, _ in found]


def between_braces(text, opening):
    depth, at = 0, opening
    while at < min(len(text), opening + 1000):
        if text[at] == "\\":
            at += 1
        elif text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
        if depth == 0:
            return text[opening + 1 : at]
        at += 1
    return None


def without_braces(rest):
    delimited = js(r"^([^\s${}\\][^${}\\\n]*|\\[a-zA-Z]+[^$\\\n]*)(?=\$|\\\)|\\\])").search(rest)
    piece = js(r"^(-?\d+(?:\.\d+)?|[a-zA-Z](?![a-zA-Z])|\\[a-zA-Z]+(?:\{[^{}]*\})*)").search(rest)
    return group_or(delimited or piece, None)


def marked_answer(text):
    """What an answer marks as final, in tags, a box or an announcement."""
    tag = last_of(one for one in announcements(text) if one.kind == "tag")
    marked = (tag and (tag.text, tag.whole)) or below_boxes(text) or in_box(text) or announcement(text)
    marked = in_box(marked[0] if marked else "") or marked
    if marked is None:
        return None
    return marked[0] if announcements(marked[1]) else marked[1]


def in_box(text):
    box = last_of(boxes_in(text))
    return None if box is None else (box[0], box[0])


def below_boxes(text):
    """A heading or a final sentence below the last box that says another thing is the later word."""
    box = last_of(boxes_in(text))
    below = box and last_of(one for one in announcements(text) if one.final and one.at > box[1])
    if not below or (trim(box[0]) != "" and names_words(below.whole, trim(box[0]))):
        return None
    return below.text, below.whole


def names_words(text, words):
    """Whether it says the words, and not as a part of another number: 450 is not named by 2,450, nor 3 by 3/4."""
    is_number = finds(r"^\d[\d,.]*$", words)
    before = r"(?:[\p{L}\p{N}]" + (r"|\d[.,]|[-\u2212+/^{}]\s*)$" if is_number else ")$")
    after = r"^(?:[\p{L}\p{N}]|[.,]\d" + (
        r"|\s*(?:[/^{}+*\u2212]|-\s*\d|\\(?:sqrt|frac|pi|cdot|times)\b))" if is_number else ")"
    )
    at = text.find(words)
    while at >= 0:
        if not finds(before, text[:at]) and not finds(after, text[at + len(words) :]):
            return True
        at = text.find(words, at + 1)
    return False


WRONG = (
    r"(?:(?:that|this|it)(?:['’]s|\s(?:is|was))\s(?:wrong|incorrect|a mistake|not\s(?:quite\s)?(?:right|correct))"
    r"|I(?:['’]ve|\shave)?\s(?:made\san?\s(?:[a-z]+\s)?(?:mistake|error)|meant)|let me correct (?:that|this|myself))"
)
RETRACTION = (
    r"(?:^|(?<=[\s.!?(*_\u2013\u2014-]))(?:(?:wait|oops|sorry|hold on|hmm)[,.!:…\s\u2013\u2014-]{1,4}no(?:(?=\s*[,.:;!\u2013\u2014-])|(?=\s(?:it|that|this|I|the)\b))"
    r"|no[,\s\u2013\u2014-]{1,3}wait"
    r"|(?:wait|oops|sorry|hold on|hmm|no|actually)[,.!:…\s\u2013\u2014-]{1,4}(?:(?:no|actually)[,\s]{1,2})?"
    + WRONG
    + r"|scratch that|correction\s?:)"
)
LEAD = (
    r"^[\s,.:;!*_\u2013\u2014-]*(?:(?:so|but|actually|rather|instead|I meant|I mean)[,:]?\s)*"
    r"(?:(?:it|that|this)(?:['’]s|\s(?:is|was|should be|must be|should have been))\s(?:actually\s)?(?!not\b|wrong\b|incorrect\b))?"
)
CONFIRMS = (
    r"\bafter all\b|\bright the first time\b|\b(?:original|first|initial|earlier|previous) (?:answer|result|value)\s"
    r"(?:(?:was|is)\s(?:indeed\s)?(?:right|correct)|stands|holds)\b"
)


def after_retraction(text):
    """What a text says behind the last place where it takes back what stands before."""
    last = last_of(js(RETRACTION, "i").finditer(text))
    if last is None or trim(text[: last.start()]) == "":
        return None
    rest = replaced(LEAD, "", text[last.end() :], "i")
    return rest if finds(r"[\p{L}\p{N}]", rest) and not finds(CONFIRMS, rest, "i") else None
