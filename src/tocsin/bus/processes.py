"""Small facts about processes and ports, Linux first."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tocsin.kernel.errors import Misconfigured

_PR_SET_PDEATHSIG = 1
# Loaded here and not in the child: between fork and exec only async-signal-safe work is sound.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """For ``preexec_fn``: ask the kernel for SIGTERM when the thread that forked us ends, however it ends."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def command_line(pid: int) -> str | None:
    """Arguments of a living process joined by blanks; None where there is none (or a zombie)."""
    if sys.platform == "linux":
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None
        return raw.replace(b"\0", b" ").decode(errors="replace").strip() or None
    found = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None


def free_port(host: str, avoid: int = 0) -> int:
    """A port that nothing listens on now."""
    while True:
        with socket.socket() as probe:
            probe.bind((host, 0))
            port = int(probe.getsockname()[1])
        if port != avoid:
            return port


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def claim_port(host: str, wanted: int, before: int, *, field: str, avoid: int = 0) -> int:
    """``wanted`` where set, else the one used ``before`` where still free, else a free one.

    Raises ``Misconfigured`` naming the port that is taken.
    """
    if wanted:
        if not is_free(host, wanted):
            raise Misconfigured(
                f"port {wanted} on {host} is taken",
                field=field,
                value=wanted,
                cure=f"stop what listens there, or set {field} to another port (0 takes a free one)",
            )
        return wanted
    if before and before != avoid and is_free(host, before):
        return before
    return free_port(host, avoid)


def signal_if_alive(pid: int, signum: signal.Signals) -> bool:
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return False
    return True
