"""The directions that never exist are a program; an offender planted on purpose must be caught by it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.kernel import subjects

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).parent / "lint-imports"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINT), "--config", str(folder / ".importlinter"), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"},
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    shutil.copytree(
        ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("console_dist", "__pycache__")
    )
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def test_the_tree_keeps_its_directions(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout[-3000:]
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("kernel/planted.py", "import tocsin.bus.codec"),
        ("alerts/planted.py", "import tocsin.incidents"),
        ("tools/planted.py", "import tocsin.db"),
        ("sdk/planted.py", "import tocsin.settings"),
        ("api/planted.py", "import tocsin.tools"),
    ],
)
def test_a_planted_offender_is_caught(copy: Path, place: str, line: str) -> None:
    offender = copy / "src" / "tocsin" / place
    offender.write_text(f"{line}\n")
    try:
        assert lint(copy).returncode != 0
    finally:
        offender.unlink()


OWNERS = {
    "nats": ("bus/",),
    "sqlalchemy": ("db/", "repository.py"),
    "duckdb": ("lake/",),
    "deltalake": ("lake/",),
}


def foreign_imports(root: Path) -> list[str]:
    found = []
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root).as_posix()
        for line in path.read_text().splitlines():
            words = line.split()
            if len(words) > 1 and words[0] in ("import", "from"):
                package = words[1].split(".")[0]
                if package in OWNERS and not any(part in inside for part in OWNERS[package]):
                    found.append(f"{inside}: {line.strip()}")
    return found


def test_each_driver_stays_in_its_room() -> None:
    assert foreign_imports(ROOT / "src" / "tocsin") == []


def test_a_driver_outside_its_room_is_caught(tmp_path: Path) -> None:
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "service.py").write_text("import sqlalchemy as sa\n")
    (tmp_path / "alerts" / "repository.py").write_text("import sqlalchemy as sa\n")
    assert foreign_imports(tmp_path) == ["alerts/service.py: import sqlalchemy as sa"]


def test_messages_only_flow_to_higher_ranks() -> None:
    assert len(subjects.SUBJECTS) > 0
    for subject in subjects.SUBJECTS:
        for reader in subject.readers:
            up = subjects.RANKS[reader] > subjects.RANKS[subject.publisher]
            assert up is not (subject in subjects.BACK), (subject.pattern, reader)
    assert [subject.pattern for subject in subjects.BACK] == ["advice.given.>"]
    for question in subjects.QUESTIONS:
        assert {question.by, *question.askers} <= subjects.RANKS.keys(), question.subject
