"""What a child process gets of our environment."""

from __future__ import annotations

import os

_KEPT = ("PATH", "PYTHONPATH", "HOME", "LANG", "LD_LIBRARY_PATH")


def bare() -> dict[str, str]:
    """Enough to start Python; settings, and the secrets that they may hold, are not in it."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}
