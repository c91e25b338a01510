"""Which process hosts which stages: by name, each imported only where it runs."""

from __future__ import annotations

import sys
from pathlib import Path

from tocsin.app.hosting import host
from tocsin.kernel.errors import Misconfigured

NAMES = ("stages", "lake", "runner", "door", "replay")


def run_process(process: str, state: Path, realm: str) -> None:
    """Run one process until SIGTERM. Raises ``Misconfigured`` for a name that is none."""
    if process == "replay":
        from tocsin.app.recordings import play

        play(sys.stdin.read(), state)
        return
    if process == "stages":
        from tocsin.app.stages import compose
    elif process == "lake":
        from tocsin.app.lake import compose
    elif process == "runner":
        from tocsin.app.runner import compose
    elif process == "door":
        from tocsin.app.door import compose
    else:
        raise Misconfigured(
            "no such process", field="process", value=process, cure=f"one of {', '.join(NAMES)}"
        )
    host(process, state, realm, compose)
