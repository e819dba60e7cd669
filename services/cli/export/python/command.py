# --- Use: as a module, answer(query); as a command, one query or a query a line ---


class ProgramsNotAllowed(Exception):
    """The workflow runs programs that the model writes, and nobody has allowed it."""

    def __init__(self):
        super().__init__(
            "this workflow runs Python programs that the model writes, with limits of time and memory but with the rights of this"
            " process: run it in a container, and allow it with --run-programs or run_programs=True"
        )


async def answer_async(query, *, seed=1, client=None, run_programs=False):
    """The same within a program that is asynchronous itself. `client` is an openai.AsyncOpenAI, or one is made."""
    fields = {INPUTS[0]: query} if isinstance(query, str) and len(INPUTS) == 1 else query
    missing = INPUTS if not isinstance(fields, dict) else [name for name in INPUTS if name not in fields]
    if missing:
        raise ValueError(f"the query has no {', '.join(missing)}: this workflow reads {', '.join(INPUTS)}")
    key = (seed, WORKFLOW)
    own = openai.AsyncOpenAI(**CLIENT) if client is None else None
    model = Model(client or own, key)
    made = model.answer
    try:
        made.text = await workflow({name: str(fields[name]) for name in INPUTS}, Scope(Run(model, key, run_programs)))
    except Failure as failure:
        made.failure = failure
    finally:
        if own:
            await own.close()
    return made


def answer(query, *, seed=1, run_programs=False):
    """Runs the workflow on one query: its fields by name, or the text of its only field.

    @returns Answer; a server that does not answer, or refuses, raises what the openai package raises after its retries
    """
    return asyncio.run(answer_async(query, seed=seed, run_programs=run_programs))


async def answer_lines(lines, options):
    """An answer a line for each query, in order; a few are answered at once."""
    free = asyncio.Semaphore(options.at_once)

    async def one(client, number, line):
        async with free:
            try:
                query = json.loads(line) if line.lstrip()[:1] in ("{", '"') else line.rstrip("\n")
                return await answer_async(query, seed=options.seed, client=client, run_programs=options.run_programs)
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from error

    async with openai.AsyncOpenAI(**CLIENT) as client:
        tasks = [asyncio.ensure_future(one(client, *each)) for each in enumerate(lines, 1) if each[1].strip()]
        try:
            for task in tasks:
                made = await task
                failure = made.failure and {"kind": made.failure.kind, "step": made.failure.step, "message": made.failure.message}
                print(json.dumps({**vars(made), "failure": failure}, ensure_ascii=False), flush=True)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def query_given(text):
    """@raises ValueError"""
    if len(INPUTS) == 1:
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"the query must be a JSON object with {', '.join(INPUTS)}: {error}") from error


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("query", nargs="?", help="one query; without it, a query a line from standard input, as text or JSON")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same (default 1)")
    parser.add_argument("--at-once", type=int, default=8, help="queries of standard input that are answered at once (default 8)")
    parser.add_argument("--run-programs", action="store_true", help="let the workflow run programs that the model writes")
    options = parser.parse_args()
    try:
        if options.query is None:
            asyncio.run(answer_lines(sys.stdin, options))
            return
        query = query_given(options.query)
        made = answer(query, seed=options.seed, run_programs=options.run_programs)
    except (openai.OpenAIError, ProgramsNotAllowed, ValueError) as error:
        # The package says only that the connection failed; our own errors have their cause in their text.
        because = f" ({error.__cause__})" if isinstance(error, openai.OpenAIError) and error.__cause__ else ""
        sys.exit(f"{type(error).__name__}: {error}{because}")
    if made.failure:
        sys.exit(f"{made.failure.kind}: {made.failure.message}")
    print(made.text)


if __name__ == "__main__":
    main()
