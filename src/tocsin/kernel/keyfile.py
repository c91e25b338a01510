"""A secret in a file of its own: made once, read by its owner alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import get_ident

from tocsin.kernel.errors import Misconfigured, Unavailable


def secret(
    path: Path, make: Callable[[], bytes], *, what: str, cure: str = "and find out who had access"
) -> bytes:
    """The bytes of ``path``; those that ``make`` gives, mode 0600, where there is no such file yet.

    Several processes may ask at once: one secret is made. ``what`` names it in complaints, ``cure`` says what
    to do beside ``chmod``. Raises ``Misconfigured`` for a file that others can read, ``Unavailable`` where
    none can be made or read.
    """
    try:
        if not path.exists():
            _write(path, make())
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise Misconfigured(
                f"{what} can be read by others", field="key", value=path, cure=f"chmod 600 {path}, {cure}"
            )
        return path.read_bytes()
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be made or read ({error.strerror})",
            cure="look at the disk and at the rights of the state folder",
        ) from error


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{get_ident()}")
    handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    # A link, not a rename: whoever comes second keeps the first one's secret.
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
