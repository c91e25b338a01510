"""No city outlives the process that started it, also where that one died while the city was starting."""

from __future__ import annotations

import json
import subprocess
import sys


def test_a_parent_that_is_gone_already() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    words = {"url": "http://127.0.0.1:9/", "token": "x", "history_days": 0, "parent": gone.pid}
    city = subprocess.run(
        [sys.executable, "-m", "tocsin.simulate"],
        input=json.dumps(words).encode(),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert city.returncode == 0, city.stderr.decode()
