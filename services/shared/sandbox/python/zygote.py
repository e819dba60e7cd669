"""A warm interpreter: forks a caged process for each program that it is told to run, watches over it, and reports the outcome.

It runs outside the programs' cages, never runs a line of their code, and handles one program at a time.
"""

import errno
import gc
import hmac
import json
import os
import secrets
import select
import signal
import sys
import time


import apart
import kernel
import plain_code
import program
from frames import read_frame, write_frame

KEPT_OUTPUT = 65536
MOST_OUTPUT = 16 << 20
TICK_SECONDS = 0.05
MOST_FILES = 4096
MOST_DEPTH = 200
FULL = {"kind": "killed", "error": "the program filled its temporary folder"}


class Zygote:
    def __init__(self, settings):
        self.settings = settings
        self.namespaced = settings["level"] != "plain"
        self.commands, self.answers = os.dup(0), os.dup(1)
        nothing = os.open("/dev/null", os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        os.close(nothing)
        if settings["level"] == "unshare":
            kernel.build_root(settings["folder"], settings["readable"])
        elif self.namespaced:
            kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
        else:
            kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        # Its children are its copies: without this they could read, under the same user, what it holds in memory.
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        self.landlock = kernel.landlock_abi() > 0 and "landlock" not in settings["without"]
        self.seccomp = kernel.has_seccomp() and "seccomp" not in settings["without"]
        self.uid = find_uid(settings["uids"])
        plain_code.preload()
        sys.path.remove(os.path.dirname(os.path.abspath(__file__)))
        if settings["packages"]:
            sys.path.append(settings["packages"])
        gc.collect()
        gc.freeze()

    def serve(self):
        guards = [name for name in ("seccomp", "landlock") if getattr(self, name)]
        write_frame(self.answers, {"python": sys.version.split()[0], "uid": self.uid, "guards": guards})
        while True:
            try:
                command = read_frame(self.commands)
            except EOFError:
                return
            if command["do"] == "run":
                write_frame(self.answers, self.run(command))

    def run(self, command):
        return Run(self, command).judge()


class Run:
    """One program on its way to a verdict."""

    def __init__(self, zygote, command):
        self.zygote = zygote
        self.command = command
        self.started = time.monotonic()
        self.pids = []
        self.cpu_seconds = 0.0
        self.peak_bytes = 0
        self.output, self.errors = bytearray(), bytearray()
        self.written = 0
        self.folder = None
        self.next_look = self.started

    def judge(self):
        try:
            verdict = self.watch()
            if self.folder is not None and folder_bytes(self.folder) > self.zygote.settings["folderBytes"]:
                verdict = FULL
        finally:
            ended = self.end()
        if verdict is None:
            verdict = self.explain_end(ended)
        return {
            "result": "",
            "error": "",
            **verdict,
            "output": self.output.decode("utf-8", "replace"),
            "stderr": self.errors.decode("utf-8", "replace"),
            "outputTruncated": self.written > len(self.output) + len(self.errors),
            "cpuMs": round(self.cpu_seconds * 1000, 3),
            "wallMs": round((time.monotonic() - self.started) * 1000, 3),
            "peakBytes": self.peak_bytes,
        }

    def watch(self):
        """Sees the program through. Returns the verdict, or None if it has ended without one."""
        command, zygote = self.command, self.zygote
        if not zygote.namespaced:
            self.folder = os.path.join(zygote.settings["folder"], "program")
            os.mkdir(self.folder, 0o700)
            if zygote.uid is not None:
                os.chown(self.folder, zygote.uid, zygote.uid)
        self.out, out_end = os.pipe()
        self.err, err_end = os.pipe()
        self.streams = (out_end, err_end)
        os.set_blocking(self.out, False)
        os.set_blocking(self.err, False)
        instructions_end, self.instructions = os.pipe()
        self.report, report_end = os.pipe()
        code, main, tested = command["code"], command["main"], command["tested"]
        self.start(
            command["stdin"],
            (instructions_end, report_end),
            lambda: run_program(code, main, tested, instructions_end, report_end),
        )
        os.close(instructions_end)
        os.close(report_end)
        # Only now that the program's process exists does anything of the tests or the nonce enter this one.
        rest = read_frame(zygote.commands)
        nonce = secrets.token_hex(16)
        first = self.next_report()
        if first is None or "plain" not in first:
            return self.accept(first, None)
        if first["plain"]:
            write_frame_to_dying(self.instructions, {**rest, "nonce": nonce})
            return self.accept(self.next_report(), nonce)
        return self.judge_apart(rest, nonce)

    def judge_apart(self, rest, nonce):
        """The program's process keeps only its own code; another one, which runs none of it, runs the tests."""
        answers, calls = self.report, self.instructions
        self.report, report_end = os.pipe()
        self.start("", (answers, calls, report_end), lambda: apart.run_tests(rest, nonce, answers, calls, report_end))
        os.close(report_end)
        os.close(answers)
        os.close(calls)
        self.instructions = None
        return self.accept(self.next_report(), nonce)

    def accept(self, report, nonce):
        if report is None or "verdict" in report:
            return report and report["verdict"]
        if "setup" in report:
            return {"kind": "setup", "error": report["setup"]}
        if not report.get("passed"):
            kind = "memory" if report.get("kind") == "memory" else "failed"
            return {"kind": kind, "error": str(report.get("error", ""))[-16384:]}
        if nonce is None or not hmac.compare_digest(str(report.get("nonce")), nonce):
            return {"kind": "failed", "error": "the program reported a success that it did not have"}
        return {"kind": "passed", "result": str(report.get("result", ""))}

    def start(self, stdin, channels, body):
        zygote = self.zygote
        source = os.memfd_create("stdin")
        if stdin:
            with open(source, "w", encoding="utf-8", errors="replace", closefd=False) as target:
                target.write(stdin)
        os.lseek(source, 0, os.SEEK_SET)
        flags = kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC | kernel.CLONE_NEWPID if zygote.namespaced else 0
        pid = kernel.fork_into(flags)
        if pid != 0:
            os.close(source)
            self.pids.append(pid)
            return
        try:
            try:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                os.setsid()
                os.dup2(source, 0)
                os.dup2(self.streams[0], 1)
                os.dup2(self.streams[1], 2)
                close_all_but(channels)
                self.enter_cage()
                program.replace_streams()
            except BaseException as error:
                write_frame(channels[-1], {"setup": f"{type(error).__name__}: {error}"})
            else:
                body()
        finally:
            os._exit(0)

    def enter_cage(self):
        zygote, command = self.zygote, self.command
        settings = zygote.settings
        folder = self.folder
        if zygote.namespaced:
            folder = "/tmp"
            flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
            kernel.mount("tmpfs", folder, "tmpfs", flags, f"size={settings['folderBytes']},nr_inodes={MOST_FILES},mode=1777")
        os.chdir(folder)
        os.umask(0o077)
        kernel.drop_privileges(zygote.uid)
        kernel.set_limits(
            int(command["cpuSeconds"]) + 2, command["memoryBytes"], settings["folderBytes"], settings["processes"]
        )
        if zygote.landlock:
            kernel.restrict_files(settings["readable"], [folder])
        if zygote.seccomp:
            kernel.refuse_calls()

    def next_report(self):
        """The next message of the process that runs, or a verdict that was reached without one, or None at its end."""
        poll = select.poll()
        for source in (self.out, self.err, self.report, self.zygote.commands):
            poll.register(source, select.POLLIN)
        while True:
            over = self.check_limits()
            if over is not None:
                return {"verdict": over}
            for source, _ in poll.poll(self.patience() * 1000):
                if source == self.zygote.commands:
                    return {"verdict": self.hear_command()}
                if source != self.report:
                    self.take_output(source, poll)
                    continue
                self.take_output(self.out)
                self.take_output(self.err)
                try:
                    return read_report(self.report, self.started + self.command["wallSeconds"])
                except (EOFError, ValueError, RecursionError):
                    return None

    def hear_command(self):
        # While a program runs, only one message may arrive: stop.
        read_frame(self.zygote.commands)
        return {"kind": "cancelled", "error": "the run was cancelled"}

    def check_limits(self):
        limit = self.command["cpuSeconds"]
        if self.cpu_used() >= limit:
            return {"kind": "timeout", "error": f"the program used more than {limit:g} s of CPU time"}
        wall = self.command["wallSeconds"]
        if time.monotonic() - self.started >= wall:
            return {"kind": "timeout", "error": f"the program took longer than {wall:g} s"}
        if self.written > MOST_OUTPUT:
            return {"kind": "killed", "error": f"the program wrote more than {MOST_OUTPUT >> 20} MiB of output"}
        if self.folder is not None and self.folder_is_full():
            return FULL
        return None

    def folder_is_full(self):
        """For programs without a file system of their own, whose size the kernel would limit. Takes a small part of the time."""
        begin = time.monotonic()
        if begin < self.next_look:
            return False
        full = folder_bytes(self.folder) > self.zygote.settings["folderBytes"]
        end = time.monotonic()
        self.next_look = end + max(TICK_SECONDS / 2, 20 * (end - begin))
        return full

    def patience(self):
        left = min(self.command["cpuSeconds"] - self.cpu_used(), self.started + self.command["wallSeconds"] - time.monotonic())
        return max(0.001, min(left, TICK_SECONDS))

    def cpu_used(self):
        used = 0.0
        for pid in self.pids:
            try:
                used += time.clock_gettime((~pid << 3) | 2)  # the kernel's id of another process's CPU clock
            except OSError:
                pass  # it has just ended; its report or its end is being read
        return used

    def take_output(self, source, poll=None):
        kept = self.output if source == self.out else self.errors
        while True:
            try:
                part = os.read(source, 1 << 20)
            except BlockingIOError:
                return
            if not part:
                if poll is not None:
                    poll.unregister(source)
                return
            self.written += len(part)
            kept += part[: KEPT_OUTPUT - len(kept)]
            if self.written > MOST_OUTPUT:
                return

    def end(self):
        """Ends whatever is left of the program, and releases everything it held. Returns how its first process ended."""
        ended = None
        for pid in self.pids:
            # One that has begun to end by itself still reports how; the whole namespace ends with its first process.
            self.kill(pid)
            _, status, usage = os.wait4(pid, 0)
            self.cpu_seconds += usage.ru_utime + usage.ru_stime
            self.peak_bytes = max(self.peak_bytes, usage.ru_maxrss * 1024)
            ended = status if ended is None else ended
        if not self.zygote.namespaced:
            end_strays(self.zygote.uid)
        for name in ("out", "err", "instructions", "report"):
            source = getattr(self, name, None)
            if source is not None:
                os.close(source)
        for source in getattr(self, "streams", ()):
            os.close(source)
        if self.folder is not None:
            remove_folder(self.folder)
        return ended

    def kill(self, pid):
        for signal_to in (lambda: os.killpg(pid, signal.SIGKILL), lambda: os.kill(pid, signal.SIGKILL)):
            try:
                signal_to()
            except (ProcessLookupError, PermissionError):
                pass  # gone, or not yet the leader of its group

    def explain_end(self, status):
        if status is not None and os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == signal.SIGXCPU:
                return {"kind": "timeout", "error": "the program used up its CPU time"}
            return {"kind": "killed", "error": f"the program was ended by signal {number}"}
        code = os.WEXITSTATUS(status) if status is not None else 0
        return {"kind": "failed", "error": f"the program ended before it was done (exit status {code})"}


def run_program(code, main, tested, instructions, report):
    try:
        plain = not tested or plain_code.is_plain(code)
    except BaseException as error:
        program.report_error(report, error, {"<program>": code})
        return
    write_frame(report, {"plain": plain})
    if plain:
        program.run_together(code, main, instructions, report)
    else:
        apart.serve_calls(code, instructions, report)


def read_report(source, until):
    """A report arrives whole and at once; one that trickles in must not hold up the watch for ever."""
    signal.setitimer(signal.ITIMER_REAL, max(0.01, until - time.monotonic()))
    try:
        return read_frame(source)
    except TimeoutError:
        raise EOFError("the report did not end") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def raise_timeout(*_):
    raise TimeoutError("too late")


def write_frame_to_dying(target, value):
    try:
        write_frame(target, value)
    except BrokenPipeError:
        pass  # it has ended, which the watch is about to see


def close_all_but(kept):
    low = 3
    for keep in sorted(kept):
        os.closerange(low, keep)
        low = keep + 1
    os.closerange(low, 1024)


def find_uid(uids):
    """The first of these users that root can become here: in a user namespace only some exist."""
    if os.geteuid() != 0:
        return None
    for uid in uids:
        pid = os.fork()
        if pid == 0:
            try:
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
            except BaseException:
                os._exit(1)
            os._exit(0)
        if os.waitpid(pid, 0)[1] == 0:
            return uid
    return None


def end_strays(uid):
    """Only needed where seccomp could not keep the program from starting processes."""
    if uid is not None:
        pid = os.fork()
        if pid == 0:
            os.setresuid(uid, uid, uid)
            try:
                os.kill(-1, signal.SIGKILL)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
    while True:
        for stray in own_children():
            try:
                os.kill(stray, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def own_children():
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as children:
            return [int(pid) for pid in children.read().split()]
    except OSError:
        return []


def folder_bytes(folder):
    """The size of its content, infinite if it is more than can be counted in a moment."""
    total, files, waiting = 0, 0, [(folder, 0)]
    while waiting:
        path, depth = waiting.pop()
        # Each look goes down from the root: the time grows with the square of the depth.
        if depth > MOST_DEPTH:
            return float("inf")
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    files += 1
                    if files > MOST_FILES:
                        return float("inf")
                    total += entry.stat(follow_symlinks=False).st_size
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, depth + 1))
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return float("inf")
            if error.errno not in (errno.ENOENT, errno.EACCES):
                raise
    return total


def remove_folder(folder):
    try:
        os.rmdir(folder)
    except OSError:
        # A program can nest folders more deeply than Python can walk, and close them.
        script = 'chmod -R u+rwX -- "$1"; rm -rf -- "$1"'
        os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", script, "sh", folder])


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, raise_timeout)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Zygote(json.loads(sys.argv[1])).serve()
