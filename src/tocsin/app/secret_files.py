"""Secrets that a setting names as a file of the state folder."""

from __future__ import annotations

import os
from pathlib import Path

from tocsin.kernel.errors import Misconfigured


def secret_in(state: Path, name: str, *, field: str) -> str:
    """What stands in the file ``name``, which its owner alone may read. ``field``: the setting that names it.

    Raises ``Misconfigured`` for one that is missing, empty or open to others; its content is never told.
    """
    path = state / name
    try:
        secret = path.read_text("utf-8").strip() if name else ""
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            "this file cannot be read",
            field=field,
            value=path,
            cure="a file in the state folder that holds the secret, readable by us alone",
        ) from error
    if secret and os.name == "posix" and mode & 0o077:
        raise Misconfigured(
            "others can read this secret: whoever gave it ought to make a new one",
            field=field,
            value=path,
            cure=f"chmod 600 {path}",
        )
    if not secret:
        raise Misconfigured(
            "there is no secret in it",
            field=field,
            value=path,
            cure="a file in the state folder that holds the secret, readable by us alone",
        )
    return secret
