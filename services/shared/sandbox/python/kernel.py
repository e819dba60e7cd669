"""The kernel calls that cage a program, made through ctypes: no compiled code of our own, no packages.

Numbers are the kernel's public interface: asm/unistd.h, linux/seccomp.h, linux/landlock.h, linux/capability.h.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID = 0x00020000, 0x08000000, 0x20000000
NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag
CLONE_THREAD = 0x00010000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
EPERM, ENOSYS = 1, 38

libc = ctypes.CDLL(None, use_errno=True)
# Keeps the interpreter's lock over the call, so that a clone finds and leaves it as a fork would.
locked_libc = ctypes.PyDLL(None, use_errno=True)

# Per architecture: seccomp's name for it, its clone, and the calls that are refused.
# fmt: off
ARCHITECTURES = {
    "x86_64": (0xC000003E, {
        "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "tkill": 200, "tgkill": 234, "socket": 41,
        "ptrace": 101, "setpgid": 109, "setsid": 112, "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240,
        "process_vm_readv": 310, "process_vm_writev": 311, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161,
        "unshare": 272, "setns": 308, "add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321, "perf_event_open": 298,
        "userfaultfd": 323, "execveat": 322, "kcmp": 312, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297,
        "prlimit64": 302, "prctl": 157, "memfd_create": 319,
    }),
    "aarch64": (0xC00000B7, {
        "clone": 220, "execve": 221, "kill": 129, "tkill": 130, "tgkill": 131, "socket": 198, "ptrace": 117, "setpgid": 154,
        "setsid": 157, "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180, "process_vm_readv": 270,
        "process_vm_writev": 271, "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268,
        "add_key": 217, "request_key": 218, "keyctl": 219, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282,
        "execveat": 281, "kcmp": 272, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "prlimit64": 261, "prctl": 167, "memfd_create": 279,
    }),
}
# The same number everywhere.
SHARED_CALLS = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsmount": 432, "pidfd_open": 434, "pidfd_getfd": 438, "mount_setattr": 442,
}
# fmt: on
CLONE3, LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 435, 444, 445, 446


def check(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def prctl(option, value=0):
    return check(libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)))


def mount(source, target, kind, flags, options=""):
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    check(libc.mount(*encoded, ctypes.c_ulong(flags), os.fsencode(options)))


def fork_into(flags):
    """Forks; with flags the child is the first process of its own namespaces, and everything it starts ends with it."""
    if flags == 0:
        return os.fork()
    number = ARCHITECTURES[platform.machine()][1]["clone"]
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = locked_libc.syscall(ctypes.c_long(number), ctypes.c_ulong(flags | signal.SIGCHLD), None, None, None, None)
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0
    number = ctypes.get_errno()
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(number, os.strerror(number))
    return pid


def build_root(folder, readable):
    """Replaces this mount namespace's root: nothing of the machine remains except `readable`, and that is read-only."""
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")
    for path in readable:
        place = folder + path
        if os.path.islink(path):
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.symlink(os.readlink(path), place)
        elif os.path.isdir(path):
            os.makedirs(place, exist_ok=True)
            bind_read_only(path, place)
    for device in ("null", "zero", "urandom"):
        place = f"{folder}/dev/{device}"
        os.makedirs(os.path.dirname(place), exist_ok=True)
        open(place, "w").close()
        mount(f"/dev/{device}", place, None, MS_BIND)
    os.makedirs(folder + "/tmp", exist_ok=True)
    os.chdir(folder)
    pivot_root = 155 if platform.machine() == "x86_64" else 41
    check(libc.syscall(ctypes.c_long(pivot_root), b".", b"."))
    check(libc.umount2(b".", MNT_DETACH))
    os.chdir("/")
    mount(None, "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def bind_read_only(path, place):
    mount(path, place, None, MS_BIND | MS_REC)
    # In a user namespace the flags that the mount already has must be kept.
    kept = os.statvfs(place).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC | 1024 | 2048 | 4096)
    inherited = (kept & 14) | (1024 if kept & 1024 else 0) | (2048 if kept & 2048 else 0) | (1 << 21 if kept & 4096 else 0)
    mount(None, place, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | inherited)


def set_limits(cpu_seconds, memory_bytes, file_bytes, processes):
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
    ):
        hard = resource.getrlimit(limit)[1]
        lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (lowest, lowest))


def drop_privileges(uid):
    """Gives up every capability for good, and root's identity if there is another one (`uid` not None)."""
    if os.geteuid() == 0:
        for capability in range(64):
            if libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) < 0:
                break
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = struct.pack("Ii", 0x20080522, 0)
    check(libc.syscall(ctypes.c_long(126 if platform.machine() == "x86_64" else 91), header, bytes(24)))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_DUMPABLE, 0)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def landlock_abi():
    return max(0, libc.syscall(ctypes.c_long(LANDLOCK_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def restrict_files(readable, writable):
    """Landlock: from here on only these trees can be read, only `writable` can be written, and TCP is not available."""
    abi = landlock_abi()
    every = (1 << 13) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):
        if abi >= since:
            every |= 1 << bit
    attributes = struct.pack("QQQ", every, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    rules = check(libc.syscall(ctypes.c_long(LANDLOCK_CREATE), attributes, ctypes.c_size_t(size), ctypes.c_uint32(0)))
    read, read_file, write_file = (1 << 2) | (1 << 3), 1 << 2, 1 << 1
    regular = every & ~((1 << 0) | (1 << 6) | (1 << 9) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 13) | (1 << 15))
    for path, allowed in (
        *((path, read if os.path.isdir(path) else read_file) for path in readable),
        *((path, regular) for path in writable),
        ("/dev/null", read_file | write_file),
        ("/dev/zero", read_file),
        ("/dev/urandom", read_file),
    ):
        allow_beneath(rules, path, allowed)
    check(libc.syscall(ctypes.c_long(LANDLOCK_RESTRICT), ctypes.c_int(rules), ctypes.c_uint32(0)))
    os.close(rules)


def allow_beneath(rules, path, allowed):
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rule = struct.pack("=Qi", allowed, folder)
    try:
        check(libc.syscall(ctypes.c_long(LANDLOCK_ADD), ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint32(0)))
    finally:
        os.close(folder)


def has_seccomp():
    # Asking for the mode fails with EINVAL where the kernel was built without it.
    return platform.machine() in ARCHITECTURES and sys.byteorder == "little" and libc.prctl(21, 0, 0, 0, 0) >= 0


def refuse_calls():
    """seccomp: no new processes, no sockets, no signals to others, no debugging, no mounts. Threads are allowed."""
    audit, own = ARCHITECTURES[platform.machine()]
    special = {"clone", "prlimit64", "prctl"}
    refused = [number for name, number in {**own, **SHARED_CALLS}.items() if name not in special]
    load, equal, at_least, any_bit, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, kill, error = 0x7FFF0000, 0x80000000, 0x00050000
    program = [
        (load, 0, 0, 4),
        (equal, 1, 0, audit),
        (answer, 0, 0, kill),
        (load, 0, 0, 0),
        (at_least, 0, 1, 0x40000000),  # x86's x32 calls would be another way to the same things
        (answer, 0, 0, kill),
        # glibc falls back to clone, whose flags can be read here, as clone3's cannot.
        (equal, 0, 1, CLONE3),
        (answer, 0, 0, error | ENOSYS),
        (equal, 0, 5, own["clone"]),
        (load, 0, 0, 16),
        (any_bit, 2, 0, NEW_NAMESPACES),
        (any_bit, 0, 1, CLONE_THREAD),
        (answer, 0, 0, allow),
        (answer, 0, 0, error | EPERM),
        (equal, 0, 4, own["prlimit64"]),  # one's own limits only
        (load, 0, 0, 16),
        (equal, 0, 1, 0),
        (answer, 0, 0, allow),
        (answer, 0, 0, error | EPERM),
        (equal, 0, 4, own["prctl"]),  # it ends with its interpreter
        (load, 0, 0, 16),
        (equal, 0, 1, PR_SET_PDEATHSIG),
        (answer, 0, 0, error | EPERM),
        (answer, 0, 0, allow),
    ]
    for number in refused:
        program += [(equal, 0, 1, number), (answer, 0, 0, error | EPERM)]
    program.append((answer, 0, 0, allow))
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    kept = ctypes.create_string_buffer(code, len(code))
    filter_program = struct.pack("HxxxxxxP", len(program), ctypes.addressof(kept))
    check(libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), filter_program, ctypes.c_ulong(0), ctypes.c_ulong(0)))
