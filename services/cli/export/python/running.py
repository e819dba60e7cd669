# --- How a workflow runs: its answer, its failures, its branches ---


@dataclasses.dataclass
class Answer:
    """What came of one query: `text`, or `failure` for a fault of the workflow or of a reply."""

    text: str = ""
    failure: "Failure | None" = None
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Failure(Exception):
    """`kind` is one of those of SCALE's docs/failures.md; `step` says where."""

    def __init__(self, kind, message, step=None):
        super().__init__(message)
        self.kind, self.message, self.step = kind, message, step

    def at(self, step):
        return self if self.step is not None else Failure(self.kind, f"Step {step}: {self.message}", step)


class Scope:
    """The names of one run of steps: the workflow's own, or one branch's."""

    def __init__(self, run, prefix="", sampler=None):
        self.run, self.prefix, self.sampler, self.uses = run, prefix, sampler, {}

    @contextlib.contextmanager
    def step(self, name):
        """What goes wrong in it is said of it."""
        use = self.uses[name] = self.uses.get(name, 0) + 1
        at = Step(self, f"{self.prefix}{name}{'' if use == 1 else f'#{use}'}")
        try:
            yield at
        except Failure as failure:
            raise failure.at(at.path) from failure
        except ExpressionError as error:
            raise Failure("expression", str(error)).at(at.path) from error

    def holds(self, position, condition):
        try:
            value = condition()
        except ExpressionError as error:
            raise Failure("expression", str(error)).at(position) from error
        if isinstance(value, bool):
            return value
        raise Failure("expression", "the condition is neither true nor false.").at(position)

    def returned(self, position, value):
        try:
            text = text_of(within_limits(value()))
        except ExpressionError as error:
            raise Failure("expression", str(error)).at(position) from error
        if text is None:
            raise Failure("expression", "return needs a text.").at(position)
        return text


class Step:
    """One use of a step, e.g. "drafts[1].draft", or "review#2" the second time."""

    def __init__(self, scope, path):
        self.scope, self.run, self.path, self.asked = scope, scope.run, path, 0

    def random(self):
        return RandomStream(*self.run.seed, "operator", self.path)

    async def complete(self, content):
        """One call of the model."""
        call_id = f"{self.path}/{self.asked}"
        self.asked += 1
        joined_call = self.scope.sampler and self.scope.sampler.complete(call_id, content)
        reply = await (joined_call or self.run.model.complete(call_id, content))
        if reply.finish == "length":
            raise Failure("cut-off", "the model's answer was cut off at its limit of tokens; ask for a shorter one.")
        if reply.finish == "content-filter":
            raise Failure("content-filter", "the endpoint's content filter withheld the answer.")
        if reply.finish == "tool-call":
            raise Failure("tool-call", "the model called a tool, though none was offered, instead of answering.")
        if trim(reply.text) == "":
            raise Failure("empty-reply", "the model's reply ends without any text.")
        return reply.text

    def text(self, value, name):
        text = text_of(within_limits(value))
        if text is None:
            raise Failure("operator-input", f"with.{name} must be a text.")
        return text

    def texts(self, value, name):
        texts = [scalar_text(each) for each in within_limits(value)] if isinstance(value, list) else [None]
        if None in texts:
            raise Failure("operator-input", f"with.{name} must be a list of texts.")
        return texts

    async def parallel(self, body, times):
        return await self.branches(body, [()] * times, may_join=times > 1)

    async def each(self, body, values, most):
        if not isinstance(within_limits(values), list):
            raise Failure("expression", "map needs a list.")
        return await self.branches(body, [(value,) for value in values[:most]], may_join=False)

    async def branches(self, body, arguments, may_join):
        """All at once. When one fails the others still finish, and the first failure in order is reported."""
        if self.scope.sampler:
            self.scope.sampler.leave()
        group = SampleGroup(self.run.model, len(arguments)) if may_join and JOIN_SAMPLES else None

        async def branch(index, values):
            sampler = Sampler(group, index) if group else None
            try:
                return await body(Scope(self.run, f"{self.path}[{index}].", sampler), *values)
            except ExpressionError as error:
                raise Failure("expression", str(error)).at(self.path) from error
            finally:
                if sampler:
                    sampler.leave()

        tasks = [asyncio.ensure_future(branch(*each)) for each in enumerate(arguments)]
        try:
            for task in tasks:
                with contextlib.suppress(Failure):
                    await task
        except BaseException:
            # The endpoint does not answer: what the others still spend is wasted.
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        return [task.result() for task in tasks]


class SampleGroup:
    """Joins the first calls of a parallel step's branches into requests for several samples of one prompt."""

    def __init__(self, model, branches):
        self.model, self.present, self.waiting = model, set(range(branches)), {}

    def arrived(self, branch):
        if branch not in self.present:
            return
        self.present.discard(branch)
        if self.present:
            return
        same = {}
        for _, (call_id, content, reply) in sorted(self.waiting.items()):
            same.setdefault(content, []).append((call_id, reply))
        self.asking = [asyncio.ensure_future(self.ask(content, calls)) for content, calls in same.items()]

    async def ask(self, content, calls):
        first = calls[0][0]
        try:
            replies = await self.model.sample(first, content, len(calls)) if len(calls) > 1 else []
            # What it does not give is asked for one by one, with the seeds that it would have had.
            missing = [self.model.complete(first, content, place) for place in range(len(replies), len(calls))]
            for (_, reply), said in zip(calls, replies):
                reply.set_result(said)
            alone = await asyncio.gather(*missing, return_exceptions=True)
            for (_, reply), said in zip(calls[len(replies) :], alone):
                if isinstance(said, BaseException):
                    reply.set_exception(said)
                else:
                    reply.set_result(said)
        except BaseException as error:
            for _, reply in calls:
                if not reply.done():
                    reply.set_exception(error)


class Sampler:
    """One branch's part in a group."""

    def __init__(self, group, branch):
        self.group, self.branch = group, branch

    def complete(self, call_id, content):
        """The branch's call, if it is its first; otherwise None."""
        if self.branch not in self.group.present:
            return None
        reply = asyncio.get_running_loop().create_future()
        self.group.waiting[self.branch] = (call_id, content, reply)
        self.group.arrived(self.branch)
        return reply

    def leave(self):
        self.group.arrived(self.branch)


@dataclasses.dataclass
class Run:
    """One answer in the making."""

    model: "Model"
    seed: tuple
    run_programs: bool = False
