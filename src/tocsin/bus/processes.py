"""Small facts about processes and ports, Linux first."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
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


def hold_port(host: str, port: int = 0) -> socket.socket:
    """A socket that keeps ``port`` (0: a free one) for whoever of ours will listen there, until it is closed.

    Between choosing a port and listening on it lie seconds; meanwhile the kernel would give it to anyone who
    asks for a free one. Linux lets another socket listen beside one that is only bound where both say
    SO_REUSEADDR; elsewhere nothing is kept. Raises ``OSError``.
    """
    held = socket.socket()
    try:
        if port:  # connections of a listener that has just ended are no reason to refuse
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((host, port))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    except OSError:
        held.close()
        raise
    return held


def let_listen(held: socket.socket) -> int:
    """The port of a held socket; where it would be in the listener's way it is closed."""
    port = int(held.getsockname()[1])
    if sys.platform != "linux":
        held.close()
    return port


def claim_port(host: str, wanted: int, before: int, *, field: str) -> socket.socket:
    """Hold ``wanted`` where set, else the one used ``before`` where still free, else a free one.

    Raises ``Misconfigured`` naming the port that is taken.
    """
    if wanted:
        try:
            return hold_port(host, wanted)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise Misconfigured(
                f"port {wanted} on {host} is taken",
                field=field,
                value=wanted,
                cure=f"stop what listens there, or set {field} to another port (0 takes a free one)",
            ) from None
    with suppress(OSError):
        return hold_port(host, before)
    return hold_port(host)


def signal_if_alive(pid: int, signum: signal.Signals) -> bool:
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return False
    return True
