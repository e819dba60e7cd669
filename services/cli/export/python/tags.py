# --- The fields of a reply such as <answer>42</answer>, as models really write them ---

NEARBY = 200
FENCE = r"^([ \t]*)(`{3,}(?!`)|~{3,}(?!~))[^\n`]*$"


def read_tags(reply, names):
    """Where a field comes more than once, the last one that holds something counts."""
    fields = {}
    for name, text, _ in tags_in(reply, names):
        content = trim(without_fence(without_thoughts(text)))
        if content != "" or name not in fields:
            fields[name] = content
    return fields


def tags_in(reply, names):
    """(name, text, whether it is closed) of each field, in order."""
    plain = without_stray_signs(reply)
    text = split_thoughts(plain)[0]
    return (
        read_from(text, names)
        or read_from(split_thoughts(unescaped(plain))[0], names)
        # Where all is thoughts, the answer is among them.
        or scanned(text, names, thoughts_in(text, None))
        or members_of(text, names)
    )


def read_from(text, names):
    found = scanned(text, names, thoughts_in(text, names))
    missing = [name for name in names if all(tag[0] != name or trim(tag[1]) == "" for tag in found)]
    if not missing or not found:
        return found
    everything = []
    for tag in found:
        # A field inside another one counts where it stands nowhere else.
        inner = scanned(tag[1], missing, thoughts_in(tag[1], names)) if "<" in tag[1] else []
        opening = tag_pattern(missing).search(tag[1])
        kept = tag[1][: opening.start()] if opening is not None else tag[1]
        everything += [(tag[0], kept, tag[2]), *inner] if inner else [tag]
    return everything


def tag_pattern(names):
    return js(rf"<\s*(\\?/\s*)?({'|'.join(names)})(\s[^<>]*|/)?>", "i")


def places_in(text, names):
    """(name, kind, begin, end) of each tag."""
    found = []
    for match in tag_pattern(names).finditer(text):
        if is_quoted_amid(text, match.start(), match.end()) or match[2].lower() not in names:
            continue
        kind = "close" if match[1] is not None else "empty" if (match[3] or "").endswith("/") else "open"
        found.append((match[2].lower(), kind, match.start(), match.end()))
    return found


def scanned(text, names, thoughts):
    places = without_mentions(places_in(text, names), text)
    ends = ends_of(places)
    found, begin, thought = [], 0, 0
    start_of = lambda index: thoughts[index][0] if index < len(thoughts) else len(text)  # noqa: E731
    for index, place in enumerate(places):
        name, kind, at, end = place
        if at < begin:
            continue
        # Thoughts that begin inside a field are the field's.
        while start_of(thought) < begin:
            thought += 1
        while start_of(thought) < at:
            begin = max(begin, thoughts[thought][1])
            thought += 1
        if at < begin or kind == "close":
            continue
        if kind == "empty":
            found.append((name, "", True))
            continue
        closing = ends.get(place)
        until = closing[2] if closing else places[index + 1][2] if index + 1 < len(places) else len(text)
        inside = text[end:until]
        content = without_loose_end(inside) if closing is None else unwrapped(undressed(inside), name)
        found.append((name, content, closing is not None))
        begin = closing[3] if closing else until
    return found


def ends_of(places):
    opened, ends = {}, {}
    for place in places:
        before = opened.setdefault(place[0], [])
        if place[1] == "open":
            before.append(place)
        elif place[1] == "close" and before:
            ends[before.pop()] = place
    return ends


def without_mentions(places, text):
    """"I reply in <answer> tags" fills in nothing."""
    named = r"^[`*]*\s+(?:tags?|blocks?|elements?|and|or)\b"
    places = [place for place in places if place[1] != "open" or not finds(named, text[place[3] : place[3] + 20])]
    following = [*places[1:], None]
    mentions = [place[1] == "open" and is_amid_prose(text, place, after) for place, after in zip(places, following)]
    meant = {place[0] for place, is_mention in zip(places, mentions) if place[1] == "open" and not is_mention}
    return [place for place, is_mention in zip(places, mentions) if not is_mention or place[0] not in meant]


def is_amid_prose(text, place, following):
    name, _, at, end = place
    before = text[max(0, at - NEARBY) : at].split("\n")[-1]
    after = text[end : end + NEARBY].split("\n")[0]
    if not finds(r"[\p{L}\p{N}]", replaced("<[^<>]*>", " ", before)) or trim(after) == "":
        return False
    return not (
        following is not None and following[0] == name and following[1] == "close" and following[2] <= end + len(after)
    )


def is_quoted_amid(text, at, end):
    alone_before = finds(r"(?:^|\n)[ \t]*`$", text[max(0, at - NEARBY) : at])
    is_alone = alone_before and finds(r"^`[ \t]*(?:\n|$)", text[end : end + NEARBY])
    return not is_alone and is_quoted(text, at, end)


def without_loose_end(text):
    """What ends something else: a root element, or a fence around the whole form."""
    end = js(r"<\s*/\s*([\w-]+)\s*>?\s*$").search(text[-NEARBY:])
    rest = text if end is None else text[: len(text) - len(end[0])]
    inner = text if end is None or finds(rf"<\s*{end[1]}\b", rest, "i") else rest
    fences = len(js(r"^[ \t]*(?:`{3,}|~{3,})", "m").findall(inner))
    return inner if fences % 2 == 0 else replaced(r"\n[ \t]*(?:`{3,}|~{3,})$", "", inner.rstrip(SPACES))


def undressed(text):
    dressed = js(r"^(?:\*{1,3}|`)(?=\s)([\s\S]*?\s)(?:\*{1,3}|`)$").search(text)
    return text if dressed is None else dressed[1]


def unwrapped(text, name):
    same = js(rf"^\s*<\s*{name}(?:\s[^<>]*)?>([\s\S]*)<\s*/\s*{name}\s*>\s*$", "i").search(text)
    return group_or(same or js(r"^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$").search(text), text)


def without_fence(text):
    """The content of a text that is one fenced block; it need not be closed."""
    first, *lines = replaced(r"^(?:[ \t]*\n)+", "", text).rstrip(SPACES).split("\n")
    opening = js(FENCE).search(first)
    if opening is None or not lines:
        return text
    margin, marks = opening[1], opening[2]

    def is_end(line):
        return trim(line) == marks and len(line) - len(line.lstrip(SPACES)) <= len(margin) + 3

    end = lines[-1][: -len(marks)] if lines[-1].endswith(marks) else lines[-1]
    inside = [*lines[:-1], *([] if trim(end) == "" else [end])]
    return text if any(map(is_end, inside)) else "\n".join(inside)


def fenced_texts(text):
    blocks, opening = [], None
    for line in text.split("\n"):
        if opening is None:
            opening = js(FENCE).search(line)
            if opening is not None:
                blocks.append([])
        elif trim(line) == opening[2] and len(line) - len(line.lstrip(SPACES)) <= len(opening[1]) + 3:
            opening = None
        else:
            blocks[-1].append(line)
    return [without_margins("\n".join(lines)) for lines in blocks]


def without_stray_signs(reply):
    """Without signs that nobody sees, leftovers of servers, and Markdown's quotation marks around the whole of it."""
    text = re.sub("[\u200b\u2060\ufeff]", "", reply.replace("\r\n", "\n"))
    text = replaced(r"<\|(?:begin|end)_of_box\|>", "", text)
    text = replaced(r"^[ \t]*\u00a0[ \t\u00a0]*", lambda found: found[0].replace("\u00a0", " "), text, "m")
    if finds(r"^\s*>", text) and not finds(r"^[ \t]*[^\s>]", text, "m"):
        text = replaced("^[ \\t]*> ?", "", text, "m")
    end_of_turn = r"(?:<[|｜][\w▁]{1,30}[|｜]>|</s>|<end_of_turn>)$"
    while (end := js(end_of_turn).search(text.rstrip(SPACES)[-40:])) is not None:
        text = text.rstrip(SPACES)[: -len(end[0])]
    return text


ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "#34": '"', "#39": "'", "apos": "'", "amp": "&"}


def unescaped(text):
    text = replaced("&(lt|gt|quot|#34|#39|apos|amp);", lambda found: ENTITIES[found[1]], text)
    return replaced(r"\\([<>_])", lambda found: found[1], text)


def members_of(text, names):
    """Some models answer with a JSON object whatever is asked for."""
    whole = text[max(0, text.find("{")) : text.rfind("}") + 1]
    for candidate in [whole, *reversed(fenced_texts(text))]:
        found = named_in(json_object(candidate), names, 3)
        if found:
            return found
    return []


def named_in(members, names, depth):
    found = []
    items = members.items() if isinstance(members, dict) else enumerate(members)
    for key, value in items:
        name = str(key).lower()
        if name in names and value is not None:
            found.append((name, json_text(value), True))
    if found or depth == 0:
        return found
    inner = members.values() if isinstance(members, dict) else members
    return [each for value in inner if isinstance(value, (dict, list)) for each in named_in(value, names, depth - 1)]


COMMAND = "r(?:ight|angle|floor|ceil|ho)|t(?:ext(?:bf|it|rm)?|imes|heta|frac|riangle)|n(?:abla|eq|otin)"
LIKELY_COMMAND = COMMAND + "|n(?:e|eg|u|ot|mid)|t(?:o|an|au)"
ESCAPE = r'\\["\\/\n]|(\\(?:[^"\\/\nbfnrtu]|[bf][A-Za-z]|u(?![0-9A-Fa-f]{4})|(?:%s)(?![A-Za-z])))' % COMMAND
BACKSLASH = r'\\\\|\\(?!["/\n]|u[0-9A-Fa-f]{4}|(?!(?:%s)(?![A-Za-z]))[nrt])' % LIKELY_COMMAND


def json_value(text):
    """A text with formulas often has their backslashes as they are. @raises ValueError"""

    def refuse(name):
        raise ValueError(name)

    def escaped(literal):
        commands = [found for found in js(ESCAPE).finditer(literal[0]) if found[1] is not None]
        return replaced(BACKSLASH, lambda found: found[0] * 2, literal[0]) if commands else literal[0]

    text = replaced(r'"(?:[^"\\]+|\\[\s\S])*"?', escaped, text)
    return json.loads(text, parse_constant=refuse, parse_int=float, object_pairs_hook=in_order)


def in_order(pairs):
    """As ECMAScript has the members of an object: those whose names are indices come first."""
    place = lambda pair: int(pair[0]) if re.fullmatch("0|[1-9][0-9]{0,8}", pair[0]) else 10**9  # noqa: E731
    return dict(sorted(dict(pairs).items(), key=place))


def json_object(text):
    try:
        value = json_value(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def json_text(value):
    """As ECMAScript writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, (dict, list)):
        return json_form(value)
    return json.dumps(value)


def json_form(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_form(key)}:{json_form(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_form, value)) + "]"
    if isinstance(value, float):
        return number_text(value) if math.isfinite(value) else "null"
    return json.dumps(value, ensure_ascii=False)


def number_text(value):
    if value == 0 or math.isinf(value):
        return "0" if value == 0 else plain_double(value)
    digits, exponent = shortest_digits(value)
    sign = "-" if value < 0 else ""
    if not -6 < exponent <= 21:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{exponent - 1:+d}"
    return sign + placed(digits, exponent)
