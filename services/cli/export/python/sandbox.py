# --- Programs that the model writes ---

# Limits of a program: CPU and wall time in seconds, memory and output in bytes.
PROGRAM_LIMITS = {"cpu": 15, "wall": 60, "memory": 1 << 30, "output": 16 << 20}

# What runs in the program's own process: it reads {code, tests, entry} and reports a verdict on file descriptor 3.
PROGRAM_RUNNER = r'''
import json, linecache, os, resource, sys, traceback, types

asked = json.loads(sys.stdin.buffer.read())
limits = asked["limits"]
for limit, value in (("CORE", 0), ("FSIZE", limits["output"]), ("NOFILE", 64), ("AS", limits["memory"]), ("CPU", limits["cpu"])):
    try:
        resource.setrlimit(getattr(resource, "RLIMIT_" + limit), (value, value))
    except (AttributeError, ValueError, OSError):
        pass
sys.stdin, sys.argv = open(os.devnull), ["program"]
os.environ.clear()
sources = {"<program>": asked["code"], "<tests>": asked["tests"] or ""}


def report(**verdict):
    sys.stdout.flush()
    with open(3, "w") as channel:
        json.dump(verdict, channel)


def describe(error):
    for name, source in sources.items():
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    told = traceback.TracebackException(type(error), error, error.__traceback__, limit=-200)
    last = len(told.stack) - 1
    frames = [frame for at, frame in enumerate(told.stack) if frame.filename in sources or at >= last]
    shown = any(frame.filename in sources for frame in frames)
    told.stack = traceback.StackSummary.from_list(frames if shown else [])
    text = "".join(told.format()).rstrip()
    return text if len(text) <= 8192 else "... " + text[-8192:]


try:
    module = sys.modules["program"] = types.ModuleType("program")
    exec(compile(asked["code"], "<program>", "exec", dont_inherit=True), module.__dict__)
    if asked["tests"] is not None:
        exec(compile(asked["tests"], "<tests>", "exec", dont_inherit=True), module.__dict__)
    result = ""
    if asked["entry"] is not None:
        function = module.__dict__.get(asked["entry"])
        if not callable(function):
            raise NameError(f"the program defines no function {asked['entry']}")
        result = str(function())[:65536]
    report(passed=True, result=result, error="")
except BaseException as error:
    report(passed=False, result="", error=describe(error))
'''


@dataclasses.dataclass
class Verdict:
    passed: bool
    output: str = ""
    error: str = ""
    result: str = ""

    def shown_error(self):
        error = trim(self.error) or "the program ended without a verdict"
        return error if len(error) <= 1500 else "…" + error[-1500:]


async def run_program(at, code, tests=None, entry=None):
    """Runs it in a process of its own with limits of time and memory, which do not keep it from files and network."""
    if not at.run.run_programs:
        raise ProgramsNotAllowed()
    verdict_end, report_end = os.pipe()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
        runner = f"import os; os.dup2({report_end}, 3); os.close({report_end}) if {report_end} != 3 else None\n{PROGRAM_RUNNER}"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", runner),
            **{"stdin": subprocess.PIPE, "stdout": output, "stderr": subprocess.DEVNULL, "cwd": folder},
            **{"env": {"PATH": "/usr/bin:/bin"}, "pass_fds": (report_end,), "start_new_session": True},
        )
        os.close(report_end)
        asked = {"code": code, "tests": tests, "entry": entry, "limits": PROGRAM_LIMITS}
        try:
            await asyncio.wait_for(process.communicate(json.dumps(asked).encode()), PROGRAM_LIMITS["wall"])
        except asyncio.TimeoutError:
            pass
        finally:
            # With everything that it has started.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            status = await process.wait()
            with open(verdict_end, "rb") as channel:
                told = channel.read()
        output.seek(0)
        printed = output.read(PROGRAM_LIMITS["output"]).decode("utf-8", "replace")
    if told:
        return Verdict(output=printed, **json.loads(told))
    if status in (-signal.SIGKILL, -signal.SIGXCPU):
        return Verdict(False, printed, f"the program used more than {PROGRAM_LIMITS['cpu']} s of CPU time")
    if status < 0:
        return Verdict(False, printed, f"the program was ended by signal {-status}")
    return Verdict(False, printed, f"the program ended before it was done (exit status {status})")
