# --- Thoughts of a model, which are no part of its answer ---


def without_margins(text):
    """Without the blanks around it; the indentation of code stays."""
    first, *more = replaced(r"^(?:[ \t]*\r?\n)+", "", text).rstrip(SPACES).split("\n")
    indentation = js(r"^[ \t]*").match(first).group()
    is_code = indentation != "" and any(line.startswith(indentation) for line in more)
    return "\n".join([first if is_code else first.lstrip(SPACES), *more])


class Mark:
    """How thoughts are marked."""

    def __init__(self, opening, closing, is_endless=True):
        self.source = opening
        self.opening = js(opening, "i")
        self.tags = js(f"{opening}|(?<close>{closing})", "i")
        # One that is never closed has swallowed the rest of the reply.
        self.is_endless = is_endless


MARKS = [
    Mark(r"<\s*(?:seed:)?think(?:ing)?(?:\s[^<>]*)?>", r"<\s*\\?/\s*(?:seed:)?think(?:ing)?\s*>"),
    Mark(r"\[THINK\]", r"\[/THINK\]"),
    Mark("◁think▷", "◁/think▷"),
    Mark(r"<\|begin_of_thought\|>", r"<\|end_of_thought\|>"),
    Mark(r"<\|START_THINKING\|>", r"<\|END_THINKING\|>"),
    Mark(r"<\|channel>\s*thought\b", r"<channel\|>"),
    Mark(r"<unused94>(?:\s*thought\b)?", "<unused95>"),
]
ASIDES = (
    "thoughts?|reasoning|scratch_?pad|reflection|analysis|planning|brainstorm(?:ing)?|(?:inner_?)?monologue|rationale|drafts?"
)
COMMENTS = Mark("<!--", "-->", False)


END_MARKS = (
    r"\s*(?:(?:<\|(?:im_end|eot_id|eom_id|endoftext|end_of_text|end_of_box|user|observation|end|return)\|>"
    r"|<end_of_turn>|<turn\|>|<｜end▁of▁sentence｜>)\s*)+$"
)
BEGIN_MARK = (
    r"^\s*(?:<\|im_start\|>assistant\s|<\|start_header_id\|>assistant<\|end_header_id\|>|<\|begin_of_box\|>)\s*"
)


def without_template_marks(text):
    """Without a template's marks at its ends, which servers leave there whose template does not fit the model."""
    is_marked = finds(r"</s>\s*$", text) and not finds(r"<s\b", text)
    rest = replaced(END_MARKS, "", replaced(r"\s*</s>\s*$", "", text) if is_marked else text)
    rest = replaced(BEGIN_MARK, "", rest)
    return text if trim(rest) == "" else rest


def split_thoughts(reply):
    """(what was meant to be read, the thoughts), for servers that do not part them."""
    parted = split_channels(reply) or split_announced(reply)
    if parted is not None:
        return parted
    text, thoughts = reply, []
    while (block := leading_block(text)) is not None:
        thoughts.append(block[0])
        text = text[block[1] :]
    if thoughts:
        return without_wrapping(text), trim("\n".join(thoughts))
    end = end_without_begin(reply)
    return (reply, "") if end is None else (without_wrapping(reply[end[1] :]), trim(reply[: end[0]]))


def without_thoughts(reply):
    return cut(split_thoughts(reply)[0], MARKS)


def without_asides(reply):
    """The same without <reasoning>, <scratchpad> and the like, unless nothing else is left."""
    text = without_thoughts(reply)
    rest = cut(text, [aside_mark(()), COMMENTS])
    return text if trim(rest) == "" else rest


def thoughts_in(text, fields):
    """(begin, end) of each block; `fields` are tags that are no thoughts here, None: models' own marks only."""
    marks = MARKS if fields is None else [*MARKS, aside_mark(fields), COMMENTS]
    return sorted((block for mark in marks for block in blocks_of(text, mark)), key=lambda block: block[0])


def aside_mark(fields):
    other = rf"(?!(?:{'|'.join(fields)})[\s>])" if fields else ""
    return Mark(rf"<\s*{other}(?:{ASIDES})(?:\s[^<>]*)?>", rf"<\s*\\?/\s*{other}(?:{ASIDES})\s*>", False)


def cut(text, marks):
    for mark in marks:
        kept, begin = [], 0
        for at, end in blocks_of(text, mark):
            kept.append(text[begin:at])
            begin = end
        text = "".join([*kept, text[begin:]])
    return text


def blocks_of(text, mark):
    found, begin = [], 0
    while (tag := mark.opening.search(text, begin)) is not None:
        begin = tag.end()
        if is_quoted(text, tag.start(), tag.end()):
            continue
        _, end, closed = block_of(text, tag.end(), mark)
        if not closed:
            endless = line_beginning(text, mark, tag.start()) if mark.is_endless else None
            return found if endless is None else [*found, (endless, len(text))]
        found.append((tag.start(), end))
        begin = end
    return found


def line_beginning(text, mark, at):
    line = js(rf"^[ \t]*(?:{mark.source})", "im").search(text, text.rfind("\n", 0, at + 1) + 1)
    return None if line is None else line.start()


def leading_block(text):
    begin = len(text) - len(text.lstrip(SPACES))
    for mark in MARKS:
        opening = mark.opening.match(text, begin)
        if opening is not None:
            return block_of(text, opening.end(), mark)
    return None


def block_of(text, begin, mark):
    """(inside, end, whether it is closed) of the block whose opening tag ends at `begin`."""
    depth, last = 1, None
    for tag in mark.tags.finditer(text, begin):
        closes = tag["close"] is not None
        if closes:
            last = tag
        if is_quoted(text, tag.start(), tag.end()):
            continue
        depth += -1 if closes else 1
        if depth == 0:
            break
    if last is None:
        return text[begin:], len(text), False
    return text[begin : last.start()], last.end(), True


def end_without_begin(text):
    """A closing tag alone ends thoughts if it stands at the edge of a line or of a word, not amid prose."""
    for mark in MARKS:
        tag = next((one for one in mark.tags.finditer(text) if not is_quoted(text, one.start(), one.end())), None)
        if tag is None or tag["close"] is None:
            continue
        before, after = text[: tag.start()], text[tag.end() :]
        if finds(r"(?:^|\n)[ \t]*$", before) or finds(r"^(?:\S|[ \t]*\n|[ \t]*$)", after):
            again = mark.tags.match(after, len(after) - len(after.lstrip(SPACES)))
            more = again.end() if again is not None and again["close"] is not None else 0
            return tag.start(), tag.end() + more
    return None


def split_announced(reply):
    announced = js(
        r"^\s*Here(?:['’]s| is) my thought process:([\s\S]*?)(?:^|\n)[ \t]*Here(?:['’]s| is) my response:([\s\S]*)$"
    ).search(reply) or js(r"^([\s\S]*?)(?:^|\n)[ \t]*\[BEGIN FINAL RESPONSE\]([\s\S]*?)(?:\[END FINAL RESPONSE\][\s\S]*)?$").search(
        reply
    )
    return None if announced is None else (without_wrapping(announced[2]), trim(announced[1]))


def split_channels(reply):
    bare = js(r"^\s*analysis(?=\S)([\s\S]*?)assistant\s*final([\s\S]*)$").search(reply)
    if bare is not None:
        return trim(bare[2]), trim(bare[1])
    if not finds(r"^\s*(?:<\|start\|>\w*\s*)?<\|channel\|>", reply):
        return None
    channels = js(
        r"<\|channel\|>\s*(\w+)[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>([\s\S]*?)(?=<\|(?:end|return|call|start|channel)\|>|$)"
    )
    parts = [(channel == "final", trim(text)) for channel, text in channels.findall(reply)]
    return tuple("\n".join(text for final, text in parts if final == wanted) for wanted in (True, False))


def without_wrapping(text):
    return without_margins(replaced(r"<\|(?:(?:begin|end)_of_solution|(?:START|END)_RESPONSE)\|>", "", text))


def is_quoted(text, at, end):
    return text[max(0, at - 1) : at] in [*"\"'`“‘«"] and text[end : end + 1] in [*"\"'`”’»"]
