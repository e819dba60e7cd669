# --- The model behind an OpenAI-compatible server ---

Reply = collections.namedtuple("Reply", "text finish")
FINISH_REASONS = [
    (r"abort|error|cancel|interrupt|fail|insufficient|timeout|unload|unavailable", "given-up"),
    (r"tool|function", "tool-call"),
    (r"filter|safety|prohibited|block|spii|recitation|refus|sensitive|policy|guardrail|moderat|flagged", "content-filter"),
    (r"length|max.*token|out_of_tokens|token.*(limit|max)|context_window|truncat|incomplete", "length"),
    (r"stop|eos|end|complete|finish|done", "stop"),
]
TOO_LONG = (
    r"context[ _-]?(length|size|window|limit)|maximum (model|sequence|input|prompt) ?length|max_model_len"
    r"|\b(prompt|inputs?|messages?|request)\b[^.]{0,40}\btoo (long|large|big)"
)
FILTERED = r"content[ _]?filter|content[ _]?(management )?polic|usage polic|\bflagged\b|safety (system|filter|setting|check)"


class Model:
    """Asks the server, and counts what it is asked for."""

    # What the server takes, as its refusals say.
    token_limit, joins = "max_tokens", True

    def __init__(self, client, seed):
        self.client, self.seed, self.answer = client, seed, Answer()

    async def complete(self, call_id, content, place=0):
        return (await self.ask(call_id, content, 1, place))[0]

    async def sample(self, call_id, content, count):
        return await self.ask(call_id, content, count)

    async def ask(self, call_id, content, count, place=0):
        settings = {"model": MODEL, "messages": [{"role": "user", "content": content}], self.token_limit: MAX_TOKENS}
        settings |= {name: value for name, value in (("temperature", TEMPERATURE), ("top_p", TOP_P)) if value is not None}
        if SEND_SEED:
            settings["seed"] = 1 + RandomStream(0, "model-call", *self.seed, call_id).below(0x7FFFFFFF) + place
        if CHAT_TEMPLATE_KWARGS:
            settings["extra_body"] = {"chat_template_kwargs": CHAT_TEMPLATE_KWARGS}
        if count > 1 and self.joins:
            settings["n"] = count
        try:
            completion = await self.client.chat.completions.create(**settings)
        except openai.BadRequestError as error:
            said = str(error)
            if self.token_limit == "max_tokens" and "max_completion_tokens" in said:
                Model.token_limit = "max_completion_tokens"
                return await self.ask(call_id, content, count, place)
            if "n" in settings and finds(r"[`'\"]n[`'\"]|\bn\b (must|should|is|has)", said):
                Model.joins = False
                return await self.ask(call_id, content, count, place)
            raise refused(error, said) from error
        replies = self.read(completion.model_dump(warnings=False), content)
        # One that gives a single reply gives no more.
        Model.joins = self.joins and not ("n" in settings and len(replies) == 1)
        return replies

    def read(self, completion, content):
        usage = completion.get("usage") or {}
        replies = [read_choice_of(choice) for choice in completion.get("choices") or []]
        if not replies:
            raise Failure("empty-reply", "the reply has no choices.")
        self.answer.calls += 1
        self.answer.prompt_tokens += usage.get("prompt_tokens") or math.ceil(len(content) / 4)
        self.answer.completion_tokens += usage.get("completion_tokens") or sum(math.ceil(len(r.text) / 4) for r in replies)
        return replies


def refused(error, said):
    """What no further try would change is a failure of the query; anything else is the server's."""
    if finds(TOO_LONG, said, "i"):
        return Failure("context-overflow", f"the prompt does not fit the context of the model: {said}")
    if finds(FILTERED, said, "i"):
        return Failure("content-filter", f"the endpoint's content filter refuses the prompt: {said}")
    return error


def read_choice_of(choice):
    text, thoughts, refusal, calls_tool = message_parts(choice.get("message") or {})
    words = re.sub("([a-z])([A-Z])", r"\1_\2", choice.get("finish_reason") or "").lower()
    finish = next((kind for form, kind in FINISH_REASONS if re.search(form, re.sub(r"[\s-]+", "_", words))), "other")
    if finish == "given-up":
        raise Failure("malformed-reply", f"the server gave up on the reply half-way (finish_reason {words}).")
    # Where the server has separated the thoughts, a mark of thoughts in the answer belongs to the answer.
    text = without_template_marks(text)
    said, own_thoughts = split_thoughts(text) if trim(thoughts) == "" else (text, thoughts)
    said = said if own_thoughts == "" else without_template_marks(said)
    if refusal != "":
        finish = "content-filter"
    elif calls_tool and (finish == "tool-call" or trim(said) == ""):
        finish = "tool-call"
    elif finish == "tool-call":
        finish = "other"
    return Reply(said or refusal, finish)


def message_parts(message):
    """(text, thoughts, refusal, whether it calls a tool) in any of the forms in which servers send them."""
    content = message.get("content")
    parts = [part_of(part) for part in (content if isinstance(content, list) else [content] if content else [])]
    text, thoughts, refusal = ("".join(part[at] for part in parts) for at in range(3))
    own = (text_in(message.get(name)) for name in ("reasoning_content", "reasoning", "thinking", "reasoning_details"))
    thoughts = next((each for each in own if each != ""), "") + thoughts
    calls_tool = any(part[3] for part in parts) or bool(message.get("tool_calls") or message.get("function_call"))
    return text, thoughts, text_in(message.get("refusal")) + refusal, calls_tool


def part_of(part):
    if isinstance(part, str):
        return part, "", "", False
    kind = str(part.get("type") or "")
    first = lambda *names: next((part[name] for name in names if part.get(name) is not None), None)  # noqa: E731
    if re.search("think|reason|thought", kind) or part.get("thought") is True:
        return "", text_in(first("thinking", "reasoning", "summary", "text", "content")), "", False
    if kind == "refusal":
        return "", "", text_in(first("refusal", "text")), False
    if re.match("(tool|function)_?(use|call)", kind):
        return "", "", "", True
    return text_in(first("text", "output_text", "content")), "", "", False


def text_in(value):
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(text_in, value))
    if not isinstance(value, dict):
        return ""
    names = ("text", "value", "thinking", "content", "summary")
    return text_in(next((value[name] for name in names if value.get(name) is not None), None))
