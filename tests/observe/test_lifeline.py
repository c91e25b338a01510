"""No process outlives the one that answers for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tocsin.observe.lifeline import PARENT

LIVES_ON = "import time; from tocsin.observe.lifeline import tie_to_parent; tie_to_parent(); time.sleep(30)"


def test_a_parent_that_died_before_we_ran() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    child = subprocess.run(
        [sys.executable, "-c", LIVES_ON], env={**os.environ, PARENT: str(gone.pid)}, timeout=20, check=False
    )
    assert child.returncode == -signal.SIGTERM


def test_who_is_named_is_not_inherited() -> None:
    says = LIVES_ON.replace("time.sleep(30)", f"import os; print(os.environ.get({PARENT!r}))")
    child = subprocess.run(
        [sys.executable, "-c", says],
        env={**os.environ, PARENT: str(os.getpid())},
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert child.stdout.split() == [b"None"]
