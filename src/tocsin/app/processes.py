"""Which process hosts which stages: by name, each imported only where it runs."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tocsin.app.hosting import host
from tocsin.kernel.errors import Misconfigured

NAMES = ("stages", "lake", "runner", "door", "replay", "box", "keeper", "node")


def run_process(process: str, state: Path, realm: str) -> None:
    """Run one process until SIGTERM. Raises ``Misconfigured`` for a name that is none."""
    if process == "replay":
        from tocsin.app.recordings import play

        play(sys.stdin.read(), state)
        return
    if process == "node":
        from tocsin.app.node import run_node

        run_node(state)
        return
    if process not in NAMES:
        raise Misconfigured(
            "no such process", field="process", value=process, cure=f"one of {', '.join(NAMES)}"
        )
    # each process imports its own module alone: what the others need costs it no memory
    compose = importlib.import_module(f"tocsin.app.{process}").compose
    host(process, state, realm, compose)
