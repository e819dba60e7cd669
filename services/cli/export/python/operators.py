# --- The operators: each asks the model with a prompt of its own and reads the reply ---


async def custom(at, input, instruction=""):
    content = "\n\n".join(part for part in (instruction, input) if part != "")
    return {"response": without_margins(await at.complete(content))}


ANSWER_GENERATE = @answer_generate@


async def answer_generate(at, input):
    reply = await at.complete(f"{ANSWER_GENERATE}\n\nQuestion:\n{input}")
    fields = read_tags(reply, ["thought", "answer"])
    text = without_asides(reply)
    said = fields.get("answer") or trim(marked_answer(text) if marked_answer(text) is not None else short_reply(text))
    if said:
        return {"thought": fields.get("thought", ""), "answer": said}
    raise Failure("unparsable-answer", "The reply to answer_generate has no <answer> field and states no answer in any other way.")


def short_reply(text):
    """A line of a few words that is not a sentence, such as "42" or "**Paris**"."""
    line = replaced(r"^[*_`\"'\s]+|[*_`\"'\s]+$", "", trim(text))
    is_line = finds(r"^(?!.*<\/?\w+>)[^\n]{1,60}$", line) and not finds(r"[.!?:]$", line)
    return line if is_line and len(js(r"\s+").split(line)) <= 6 else ""


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def check_solutions(solutions, name):
    if not 1 <= len(solutions) <= len(LETTERS):
        raise Failure("operator-input", f"{name} chooses among 1 to {len(LETTERS)} solutions and got {len(solutions)}.")


def listed(solutions):
    return "\n\n".join(f"Solution {letter}:\n{solution}" for letter, solution in zip(LETTERS, solutions))


SC_ENSEMBLE = @sc_ensemble@


async def sc_ensemble(at, solutions, problem=None):
    check_solutions(solutions, "sc_ensemble")
    if all(trim(solution) == trim(solutions[0]) for solution in solutions):
        return {"response": solutions[0]}
    about = "" if problem is None else f"\n\nProblem:\n{problem}"
    reply = await at.complete(f"{SC_ENSEMBLE}{about}\n\n{listed(solutions)}")
    choice = chosen_letter(reply, LETTERS[: len(solutions)])
    if choice is not None:
        return {"response": solutions[LETTERS.index(choice)]}
    raise Failure("unparsable-answer", "The reply to sc_ensemble names none of the solutions.")


MD_ENSEMBLE = @md_ensemble@


async def md_ensemble(at, solutions, problem):
    """Five votes, each with the solutions in a different order."""
    check_solutions(solutions, "md_ensemble")
    if all(trim(solution) == trim(solutions[0]) for solution in solutions):
        return {"solution": solutions[0]}
    random = at.random()
    orders = [random.shuffled(len(solutions)) for _ in range(5)]
    replies = await all_of(
        at.complete(f"{MD_ENSEMBLE}\n\nProblem:\n{problem}\n\n{listed([solutions[index] for index in order])}") for order in orders
    )
    counts = [0] * len(solutions)
    for order, reply in zip(orders, replies):
        letter = chosen_letter(reply, LETTERS[: len(solutions)])
        if letter is not None:
            counts[order[LETTERS.index(letter)]] += 1
    if max(counts) > 0:
        return {"solution": solutions[counts.index(max(counts))]}
    raise Failure("unparsable-answer", "None of the 5 replies to md_ensemble names a solution.")


async def all_of(calls):
    """All end, whatever becomes of one of them."""
    replies = await asyncio.gather(*calls, return_exceptions=True)
    for reply in replies:
        if isinstance(reply, BaseException):
            raise reply
    return replies


REVIEW = @review@


async def review(at, problem, solution):
    reply = await at.complete(f"{REVIEW}\n\nProblem:\n{problem}\n\nSolution:\n{solution}")
    fields = read_tags(reply, ["feedback", "passed", "review_result"])
    text = trim(without_asides(reply))
    said = fields.get("passed") or fields.get("review_result")
    passed = read_verdict(said) if said else verdict_of_prose(replaced("<[^<>]*>", " ", text))
    if passed is not None:
        return {"passed": passed, "feedback": fields.get("feedback", text)}
    raise Failure("unparsable-answer", "The reply to review says neither true nor false in <passed>.")


REVISE = @revise@


async def revise(at, problem, solution, feedback):
    reply = await at.complete(f"{REVISE}\n\nProblem:\n{problem}\n\nSolution:\n{solution}\n\nFeedback:\n{feedback}")
    fields = read_tags(reply, ["solution"])
    # A reply without the tag is a solution without its wrapping.
    revised = fields["solution"] if "solution" in fields else trim(without_thoughts(reply))
    if revised != "":
        return {"solution": revised}
    raise Failure("unparsable-answer", "The reply to revise is empty.")


FORMAT = @format@


async def format_answer(at, problem, solution):
    reply = await at.complete(f"{FORMAT}\n\nProblem:\n{problem}\n\nSolution:\n{solution}")
    fields = read_tags(reply, ["answer", "solution"])
    text = without_asides(reply)
    named = fields.get("answer") or fields.get("solution") or marked_answer(text) or without_fence(text)
    if trim(named) != "":
        return {"solution": trim(named)}
    raise Failure("unparsable-answer", "The reply to format is empty.")


PROGRAMMER = @programmer@


async def programmer(at, problem, analysis=""):
    """Has a program written, runs it, and has it repaired with the help of the error."""
    task = [*([f"Analysis:\n{analysis}"] if analysis != "" else []), f"Problem:\n{problem}"]
    code, error = "", ""
    for attempt_number in range(3):
        earlier = [f"Your last program:\n{code or '(none)'}", f"It failed:\n{error}"] if attempt_number > 0 else []
        code = read_program(await at.complete("\n\n".join([PROGRAMMER, *earlier, *task])))
        error = "the reply holds no Python program."
        if code == "":
            continue
        verdict = await run_program(at, code, entry="solve" if defines(code, "solve") else None)
        output = trim(verdict.output) if trim(verdict.result) in ("", "None") else trim(verdict.result)
        if verdict.passed and output != "":
            return {"code": code, "output": output}
        error = "solve() returned nothing, and nothing was printed." if verdict.passed else verdict.shown_error()
    kind = "unparsable-answer" if code == "" else "code"
    last = trim(error.split("\n")[-1])[:200]
    raise Failure(kind, f"The program written for programmer failed 3 times; the last error: {last}")


CUSTOM_CODE_GENERATE = @custom_code_generate@


async def custom_code_generate(at, problem, entry_point, instruction=""):
    wanted = trim(entry_point)
    own = [instruction] if instruction != "" else []
    parts = [CUSTOM_CODE_GENERATE, *own, f"Name of the function: {wanted}", f"Task:\n{problem}"]
    program = read_program(await at.complete("\n\n".join(parts)))
    if defines(program, wanted):
        return {"response": program}
    what = "holds no Python code" if program == "" else f"defines no function {wanted}"
    raise Failure("unparsable-answer", f"The reply to custom_code_generate {what}.")


TEST = @test@


async def test_solution(at, problem, solution, entry_point, tests):
    """Runs a solution against the public tests; what fails is shown to the model, which rewrites it."""
    entry_point, tests = trim(entry_point), trim(tests)
    solution = read_program(solution) or trim(solution)
    error = await error_of(at, solution, entry_point, tests)
    for _ in range(3):
        if error == "":
            break
        parts = [TEST, f"Task:\n{problem}", f"Tests:\n{tests}", f"Error:\n{error}", f"Function:\n{solution}"]
        rewritten = read_program(await at.complete("\n\n".join(parts)))
        # A reply without the function leaves the solution unchanged: there is nothing to test.
        if not defines(rewritten, entry_point):
            continue
        solution = rewritten
        error = await error_of(at, solution, entry_point, tests)
    return {"passed": error == "", "solution": solution}


async def error_of(at, code, entry_point, tests):
    """What the tests say against a solution, "" if they pass."""
    if tests == "":
        return ""
    if not defines(code, entry_point):
        return f"NameError: name '{entry_point}' is not defined"
    program = f"{code}\n\ncandidate = {entry_point}\n"
    verdict = await run_program(at, program, tests=f"import math\n{entry_point} = candidate\n{tests}\n")
    return "" if verdict.passed else verdict.shown_error()
