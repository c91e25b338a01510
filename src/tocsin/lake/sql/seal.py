"""What the kernel still lets the sandbox do, whatever DuckDB can be talked into: read one folder.

Beneath DuckDB's own locks (``enable_external_access``, ``lock_configuration``), which a defect might open:
no socket and no other program (seccomp(2)), no file but the table's (landlock(7)), no byte written to any
file, bounded memory and processor time (setrlimit(2)). Where the kernel lacks one, the others hold; ``seal``
answers which hold.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from pathlib import Path

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _PR_SET_DUMPABLE, _PR_SET_PDEATHSIG = 38, 22, 4, 1
_FILTER = 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # SECCOMP_RET_ERRNO | EPERM
#: audit architecture, and the numbers of the calls that are refused: socket, socketpair, connect, bind,
#: listen, accept, accept4, sendto, sendmsg, execve, execveat, ptrace, process_vm_readv and _writev, fork,
#: vfork, kill, mount, bpf, io_uring_setup, _enter and _register, unshare, setns, pidfd_getfd, keyctl
_REFUSED: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        (
            *(41, 53, 42, 49, 50, 43, 288, 44, 46, 59, 322, 101, 310, 311, 57, 58, 62, 165, 321),
            *(425, 426, 427, 272, 308, 438, 250),
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (
            *(198, 199, 203, 200, 201, 202, 242, 206, 211, 221, 281, 117, 270, 271, 129, 40, 280),
            *(425, 426, 427, 97, 268, 438, 219),
        ),
    ),
}
_X32 = 0x40000000
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
#: every right over files of landlock's first version, and the two that reading takes
_ALL_FILES, _READ = (1 << 13) - 1, (1 << 2) | (1 << 3)


def limit(*, memory_mb: int, cpu_s: int) -> None:
    """Bounds before anything is opened. ``memory_mb``: of data; the program itself comes on top."""
    if platform.system() == "Linux":  # nobody would read the answer of one whose parent is gone
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_FSIZE, 0)
    _set(resource.RLIMIT_CPU, cpu_s)
    _set(resource.RLIMIT_DATA, (memory_mb + 512) * 2**20)


def seal(folder: str) -> list[str]:
    """Give up everything but reading below ``folder``; for all threads that start from now on."""
    libc = ctypes.CDLL(None, use_errno=True)
    held: list[str] = []
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return held
    if _landlock(libc, folder):
        held.append("files")
    if _seccomp(libc):
        held.append("network")
    return held


def _set(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def _landlock(libc: ctypes.CDLL, folder: str) -> bool:
    handled = struct.pack("Q", _ALL_FILES)
    rules = libc.syscall(_LANDLOCK_CREATE, handled, ctypes.c_size_t(len(handled)), 0)
    if rules < 0:
        return False
    try:
        at = os.open(folder, os.O_PATH | os.O_CLOEXEC) if Path(folder).is_dir() else None
        if at is not None:
            allowed = struct.pack("=Qi", _READ, at)
            done = libc.syscall(_LANDLOCK_ADD, rules, 1, allowed, 0)
            os.close(at)
            if done != 0:
                return False
        return bool(libc.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _seccomp(libc: ctypes.CDLL) -> bool:
    known = _REFUSED.get(platform.machine())
    if known is None:
        return False
    architecture, numbers = known
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    steps = [
        (load, 0, 0, 4),
        (equal, 1, 0, architecture),
        (give, 0, 0, _REFUSE),
        (load, 0, 0, 0),
        # the other numbering of the same machine would go around the list
        (at_least, 0, 1, _X32),
        (give, 0, 0, _REFUSE),
    ]
    for number in numbers:
        steps += [(equal, 0, 1, number), (give, 0, 0, _REFUSE)]
    steps.append((give, 0, 0, _ALLOW))
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    program = _Program(len(steps), code)
    return bool(libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)
