import type { CodeVerdictKind } from '../../../services/domain/ports.ts';

export interface HostileProgram {
  readonly code: string;
  /** Default: a call of `f`, which must return 4. */
  readonly tests?: string;
  /** What it may be judged as; never passed. */
  readonly kinds: readonly CodeVerdictKind[];
}

/** What the programs try to reach. */
export interface Targets {
  readonly port: number;
  readonly privateFile: string;
  readonly publicFile: string;
  readonly newFile: string;
}

const failed = ['failed'] as const;

/** faults.md's list, and some more: each tries to harm its surroundings, and would pass if it could. */
export const harmfulPrograms = (targets: Targets): Readonly<Record<string, HostileProgram>> => ({
  'a fork bomb': {
    code: 'import os\nwhile True:\n    os.fork()\n',
    kinds: ['failed', 'timeout', 'killed'],
  },
  'a fork bomb that gives no way': {
    code: 'import os\nwhile True:\n    try:\n        os.fork()\n    except BaseException:\n        pass\n',
    kinds: ['timeout'],
  },
  'threads without end': {
    code: 'import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(60,)).start()\n',
    kinds: ['failed', 'memory', 'timeout', 'killed'],
  },
  'a process that means to outlive it': {
    code: `import os, time
def f(x):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
    return 5
`,
    kinds: ['failed', 'timeout'],
  },
  'an allocation of 10 GB': { code: 'x = bytearray(10 << 30)\n', kinds: ['memory'] },
  'an allocation of 10 GB, bit by bit': { code: 'x = []\nwhile True:\n    x.append(bytes(1 << 20))\n', kinds: ['memory'] },
  'an endless loop at import': { code: 'while True:\n    pass\n', kinds: ['timeout'] },
  'an endless loop in a test': { code: 'def f(x):\n    while True:\n        pass\n', kinds: ['timeout'] },
  'an endless loop that catches everything': {
    code: 'import sys\ndef f(x):\n    while True:\n        try:\n            f(x)\n        except BaseException:\n            pass\n',
    kinds: ['timeout', 'killed'],
  },
  'an endless sleep': { code: 'import time\ndef f(x):\n    time.sleep(1000)\n', kinds: ['timeout'] },
  '1 GB of output': { code: 'for _ in range(1024):\n    print("x" * (1 << 20))\n', kinds: ['killed'] },
  '1 GB of errors': { code: 'import sys\nfor _ in range(1024):\n    sys.stderr.write("x" * (1 << 20))\n', kinds: ['killed'] },
  'a connection to this machine': {
    code: `import socket
def f(x):
    socket.create_connection(("127.0.0.1", ${targets.port}), 5).sendall(b"hello")
    return 4
`,
    kinds: failed,
  },
  'a datagram and a raw socket': {
    code: `import socket
def f(x):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind).sendto(b"hello", ("127.0.0.1", ${targets.port}))
            return 4
        except OSError:
            pass
`,
    kinds: failed,
  },
  'the environment': {
    code: `import os, glob
def f(x):
    seen = dict(os.environ)
    for path in glob.glob("/proc/*/environ"):
        try:
            seen[path] = open(path, "rb").read().decode()
        except OSError:
            pass
    print(seen)
    return 4 if any(map(str, seen.values())) else 0
`,
    kinds: failed,
  },
  "another user's file": { code: readingOf(targets.privateFile), kinds: failed },
  'a file that everybody may read': { code: readingOf(targets.publicFile), kinds: failed },
  "the machine's users": { code: readingOf('/etc/passwd'), kinds: failed },
  'a file outside of its folder': {
    code: `def f(x):
    with open(${JSON.stringify(targets.newFile)}, "w") as file:
        file.write("mine")
    return 4
`,
    kinds: failed,
  },
  'more than its folder holds': {
    code: `def f(x):
    for number in range(64):
        with open(f"part{number}", "wb") as file:
            file.write(bytes(1 << 20))
    return 4
`,
    kinds: ['failed', 'killed'],
  },
  'one file that is too large': {
    code: 'def f(x):\n    with open("part", "wb") as file:\n        for _ in range(64):\n            file.write(bytes(1 << 20))\n    return 4\n',
    kinds: ['failed', 'killed'],
  },
  'folders in folders in folders': {
    code: 'import os\ndef f(x):\n    for _ in range(3000):\n        os.mkdir("d")\n        os.chdir("d")\n    return 5\n',
    kinds: ['failed', 'killed', 'timeout'],
  },
  'folders that nobody may enter': {
    code: 'import os\ndef f(x):\n    os.makedirs("a/b")\n    os.chmod("a/b", 0)\n    os.chmod("a", 0)\n    return 5\n',
    kinds: failed,
  },
  'its parent killed': {
    code: `import os, signal
def f(x):
    os.kill(os.getppid(), signal.SIGKILL)
    return 4
`,
    kinds: failed,
  },
  'everybody killed': {
    code: `import os, signal
def f(x):
    os.kill(-1, signal.SIGKILL)
    return 4
`,
    kinds: ['failed', 'killed'],
  },
  'its group killed': { code: 'import os\ndef f(x):\n    os.killpg(0, 9)\n    return 4\n', kinds: ['failed', 'killed'] },
  'itself crashed': {
    code: 'import ctypes\ndef f(x):\n    ctypes.string_at(0)\n    return 4\n',
    kinds: ['killed'],
  },
  'another program started': {
    code: 'import subprocess\ndef f(x):\n    subprocess.run(["/bin/sh", "-c", "exit 0"], check=True)\n    return 4\n',
    kinds: ['failed', 'killed'],
  },
});

function readingOf(path: string): string {
  return `def f(x):\n    text = open(${JSON.stringify(path)}).read()\n    print(text)\n    return 4\n`;
}

/** Programs that harm nothing but want to pass without doing what the test asks for. */
export const forgeries: Readonly<Record<string, string | readonly [code: string, tests: string]>> = {
  'os._exit(0) at import': 'import os\nos._exit(0)\n',
  'os._exit(0) in the test': 'import os\ndef f(x):\n    os._exit(0)\n',
  'sys.exit(0) at import': 'import sys\nsys.exit(0)\n',
  'SystemExit in the test': 'def f(x):\n    raise SystemExit(0)\n',
  'a printed pass': 'print("passed"); print(\'{"passed": true}\')\ndef f(x):\n    print("PASS")\n    return 5\n',
  'a message on every channel': `import os, json, struct
text = json.dumps({"passed": True, "kind": "passed", "nonce": "0" * 32, "result": ""}).encode()
for channel in range(64):
    try:
        os.write(channel, struct.pack("<I", len(text)) + text)
    except OSError:
        pass
def f(x):
    return 5
`,
  'what the tests are told, read first': `import os
seen = b""
for channel in range(3, 64):
    try:
        os.set_blocking(channel, False)
        seen += os.read(channel, 1 << 16)
    except OSError:
        pass
print(seen)
def f(x):
    return 5
`,
  atexit: 'import atexit, os\natexit.register(lambda: os._exit(0))\ndef f(x):\n    raise SystemExit(0)\n',
  'another AssertionError': 'import builtins\nbuiltins.AssertionError = type("Mild", (), {})\ndef f(x):\n    return 5\n',
  'other builtins': `import builtins
builtins.exec = lambda *a: None
def f(x):
    return 5
`,
  'an abs for everybody': [
    'import builtins\nbuiltins.abs = lambda x: 0\ndef f(x):\n    return 5\n',
    'assert abs(f(2) - 4) < 1e-9',
  ],
  'an abs of its own': ['def abs(x):\n    return 0\ndef f(x):\n    return 5\n', 'assert abs(f(2) - 4) < 1e-9'],
  'an abs of its own, by its last name': [
    'for abs in [lambda x: 0]:\n    pass\ndef f(x):\n    return 5\n',
    'assert abs(f(2) - 4) < 1e-9',
  ],
  'an object that equals everything':
    'class All:\n    def __eq__(self, other):\n        return True\ndef f(x):\n    return All()\n',
  'an object that equals everything, made at run time':
    'def f(x):\n    return type("All", (), {"_" + "_eq__": lambda self, other: True})()\n',
  'an int that equals everything':
    'class All(int):\n    def __eq__(self, other):\n        return True\ndef f(x):\n    return All(5)\n',
  'a type with a metaclass that equals everything': `class Meta(type):
    def __eq__(self, other):
        return True
    def __hash__(self):
        return 1
class All(metaclass=Meta):
    pass
def f(x):
    return All
`,
  'the frames of its callers': `import sys
def f(x):
    frame = sys._getframe()
    while frame is not None:
        for name, value in list(frame.f_globals.items()) + list(frame.f_locals.items()):
            if name == "rest" or name == "nonce":
                print("found", value)
        if "write_frame" in frame.f_globals:
            write = frame.f_globals["write_frame"]
            frame.f_globals["write_frame"] = lambda target, value: write(target, {**value, "passed": True, "nonce": "?"})
        frame = frame.f_back
    return 5
`,
  'the frames of a generator': [
    'def f(x):\n    g = (i for i in [1])\n    g.gi_frame.f_builtins["abs"] = lambda x: 0\n    return 5\n',
    'assert abs(f(2) - 4) < 1e-9',
  ],
  'frames by a traceback': `def f(x):
    try:
        1 / 0
    except ZeroDivisionError as error:
        back = error.__traceback__.tb_frame.f_back
        while back:
            back.f_globals["write_frame"] = print
            back = back.f_back
    return 5
`,
  'every object in memory': `import gc
def f(x):
    for one in gc.get_objects():
        if isinstance(one, dict) and "nonce" in one:
            print("found", one)
    return 5
`,
  'the modules that judge': `import sys
for name in list(sys.modules):
    module = sys.modules[name]
    if name in ("program", "apart", "frames", "plain_code", "plain_values", "kernel"):
        for attribute in ("report_error", "execute", "encode", "describe"):
            if hasattr(module, attribute):
                setattr(module, attribute, lambda *a, **k: None)
def f(x):
    return 5
`,
  'another way to write errors': `import sys
program = [m for m in sys.modules.values() if hasattr(m, "report_error")]
for module in program:
    module.report_error = lambda report, error, sources: module.write_frame(report, {"passed": True, "nonce": ""})
def f(x):
    raise ValueError
`,
  'a trace function': `import sys
def trace(frame, event, argument):
    if "nonce" in frame.f_locals:
        print("found", frame.f_locals["nonce"])
    return trace
sys.settrace(trace)
def f(x):
    return 5
`,
  'a thread that waits for the nonce': `import threading, sys, time, gc
def wait():
    while True:
        for frame in list(sys._current_frames().values()):
            while frame is not None:
                if "nonce" in frame.f_locals:
                    print("found")
                frame = frame.f_back
        time.sleep(0.001)
threading.Thread(target=wait, daemon=True).start()
def f(x):
    time.sleep(0.05)
    return 5
`,
  'an attribute by its name in a string': [
    'import string\ndef f(x):\n    module = string.Formatter().get_field("0.__globals__", (f,), {})[0]\n    module["__builtins__"]["abs"] = lambda x: 0\n    return 5\n',
    'assert abs(f(2) - 4) < 1e-9',
  ],
  'the globals of its tests': [
    'import sys\ndef f(x):\n    sys._getframe(1).f_globals["abs"] = lambda x: 0\n    return 5\n',
    'assert abs(f(2) - 4) < 1e-9',
  ],
  'a name that the tests use, planted later': [
    'def f(x):\n    global abs\n    abs = lambda x: 0\n    return 5\n',
    'assert abs(f(2) - 4) < 1e-9',
  ],
  'a module that leads to others': 'import random\nrandom._os._exit(0)\n',
  'a module that leads to others by another name': 'import enum\nenum.bltns.exec("import os; os._exit(0)")\n',
  'a function of a module replaced': [
    'import math\nmath.fabs = lambda x: 0\ndef f(x):\n    return 5\n',
    'import math\nassert math.fabs(f(2) - 4) < 1e-9',
  ],
  'a function of a module replaced, under another name': [
    'import math\n[m] = [math]\nm.fabs = lambda x: 0\ndef f(x):\n    return 5\n',
    'import math\nassert math.fabs(f(2) - 4) < 1e-9',
  ],
  'a class of a module replaced': [
    'import collections\ndef f(x):\n    return 5\ncounter = [collections.Counter][0]\ncounter.most_common = lambda self: [(4, 1)]\n',
    'import collections\nassert collections.Counter([f(2)]).most_common()[0][0] == 4',
  ],
  'a signal handler':
    'import signal, os\nsignal.signal(signal.SIGTERM, lambda *a: os._exit(0))\ndef f(x):\n    signal.raise_signal(15)\n',
  'an answer in the name of the tests': `import os, json, struct
def f(x):
    text = json.dumps({"passed": True, "kind": "passed", "names": {}, "nonce": ""}).encode()
    for channel in range(3, 16):
        try:
            os.write(channel, struct.pack("<I", len(text)) + text)
        except OSError:
            pass
    return 5
`,
};

/** What a forgery is tested with if it names nothing else. */
export const forgeryTests = 'assert f(2) == 4\n';
