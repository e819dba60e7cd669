"""What OpenAI's Python client does with a served workflow: each check prints a line, and the first that fails ends it.

    openai_client.py URL MODEL ordinary | load N | hang-up
"""

import asyncio
import sys
import time
import urllib.request

import openai

url, model, what, *rest = sys.argv[1:]
question = [{"role": "user", "content": "What is three plus four?"}]
ask = {"model": model, "messages": question, "seed": 1}


def check(holds, said):
    if not holds:
        sys.exit(f"FAILED: {said}")
    print(f"  {said}", flush=True)


def ordinary():
    client = openai.OpenAI(base_url=url, api_key="none")
    check([one.id for one in client.models.list()] == [model], "models.list names the workflow")
    whole = client.chat.completions.create(**ask)
    text = whole.choices[0].message.content
    check(text and whole.usage.total_tokens > 0 and whole.choices[0].finish_reason == "stop", "sync: an answer with its usage")
    pieces, usage = [], None
    for chunk in client.chat.completions.create(**ask, stream=True, stream_options={"include_usage": True}):
        usage = chunk.usage or usage
        pieces += [choice.delta.content or "" for choice in chunk.choices]
    check("".join(pieces) == text and usage == whole.usage, "stream: the same text and usage")
    with client.chat.completions.stream(**ask) as events:
        for _ in events:
            pass
        check(events.get_final_completion().choices[0].message.content == text, "stream helper: the same final completion")
    raw = client.chat.completions.with_raw_response.create(**ask)
    check(raw.headers["x-request-id"].startswith("chatcmpl-"), "raw response: x-request-id")
    parts = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": question[0]["content"]}]}]
    check(client.chat.completions.create(**{**ask, "messages": parts}).choices[0].message.content == text, "content parts are read")
    said = client.responses.create(model=model, input=question[0]["content"])
    check(said.output_text and said.usage.total_tokens > 0, "responses: an answer with its usage")
    with client.responses.stream(model=model, input=question[0]["content"]) as events:
        deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
        check("".join(deltas) == events.get_final_response().output_text, "responses: a stream")
    for error, wrong in (
        (openai.NotFoundError, {**ask, "model": "another"}),
        (openai.BadRequestError, {**ask, "n": 2}),
        (openai.BadRequestError, {**ask, "messages": [{"role": "system", "content": "x"}]}),
    ):
        try:
            client.chat.completions.create(**wrong)
            check(False, f"{error.__name__} expected")
        except error as refused:
            check(bool(refused.body.get("message")), f"{error.__name__}, with a sentence")
    impatient = openai.OpenAI(base_url=url, api_key="none", timeout=0.001, max_retries=1)
    try:
        impatient.chat.completions.create(**ask)
        check(False, "a timeout expected")
    except openai.APITimeoutError:
        check(True, "APITimeoutError where the client's own time is over")


async def load(count):
    """Every request is answered, whatever happens to the server meanwhile: the client comes back."""
    client = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=12, timeout=120)
    began = time.monotonic()
    answers = await asyncio.gather(
        *(client.chat.completions.create(**{**ask, "seed": seed}) for seed in range(count)), return_exceptions=True
    )
    lost = [repr(one) for one in answers if isinstance(one, BaseException)]
    check(not lost, f"{count} requests at once, none lost, in {time.monotonic() - began:.1f} s {lost[:3] or ''}")
    check(all(one.choices[0].message.content for one in answers), "each has an answer")


async def hang_up():
    """The task is cancelled while the model works: the server counts the client as gone, and nothing is in flight."""
    client = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
    before = figure(GONE)
    asking = asyncio.create_task(client.chat.completions.create(**ask))
    while figure("scale_serve_requests_in_flight") < 1:
        await asyncio.sleep(0.02)
    asking.cancel()
    try:
        await asking
        check(False, "a cancelled call must not be answered")
    except asyncio.CancelledError:
        pass
    until = time.monotonic() + 20
    while figure(GONE) == before and time.monotonic() < until:
        await asyncio.sleep(0.05)
    check(figure(GONE) == before + 1, "a cancelled call counts as gone")
    check(figure("scale_serve_requests_in_flight") == 0, "its workflow has ended")


GONE = 'scale_serve_requests_total{outcome="gone"}'


def figure(name):
    text = urllib.request.urlopen(url.removesuffix("/v1") + "/metrics").read().decode()
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


if what == "ordinary":
    ordinary()
elif what == "load":
    asyncio.run(load(int(rest[0])))
else:
    asyncio.run(hang_up())
