"""The cable of a box is pulled under load, and its processes are killed meanwhile."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.real
CUT_S = 5.0
HERE = Path(__file__).parent


def _namespaces() -> bool:
    if not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        return False
    return subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _namespaces(), reason="no network namespaces here")
def test_a_cut_loses_and_doubles_nothing(tmp_path: Path) -> None:
    words = ["unshare", "-rn", sys.executable, str(HERE / "cable.py"), "cut", str(tmp_path), str(CUT_S)]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-4000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["connected"]
    assert told["away"], "the centre did not notice the cut"
    assert told["fault"] == "the centre is out of reach"
    assert told["backlog"] > 10
    assert told["held_at_mending"] < told["at_box"]
    assert told["same"], f"lost, doubled or out of order: {told}"
    assert told["distinct"] >= told["acked"] > 300
    assert told["begun_s"] < 60
    assert told["findings"] == ["tower~f1", "tower~f1"]
    assert told["revoked_s"] < 2
