"""The laws, on every tool found; and the proof that each law bites."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest

from tocsin.sdk.checks import LAWS, LAWS_OF_ADVICE, Law, check_law, check_tool
from tocsin.sdk.checks_advice_case import AdviceCase
from tocsin.sdk.checks_case import Case
from tocsin.sdk.discover import discover, read_folder
from tocsin.sdk.scaffold import TEMPLATE, new_tool
from tocsin.sdk.try_laws import main

sys.path.insert(0, str(Path(__file__).parent / "broken"))
from defects import DEFECTS, DEFECTS_OF_ADVICE

TOOLS = Path(__file__).parents[2] / "src" / "tocsin" / "tools"
FOUND = discover()


def test_every_folder_is_found_and_every_law_has_its_offender() -> None:
    folders = [p.name for p in TOOLS.iterdir() if p.is_dir() and p.name != "__pycache__"]
    assert FOUND.broken == ()
    assert sorted(t.id for t in FOUND.tools if t.path.parent == TOOLS) == sorted(folders)
    assert len(folders) >= 2
    assert len(LAWS) >= 17
    assert {law.name for law in LAWS} == set(DEFECTS)
    assert {law.name for law in LAWS_OF_ADVICE} == set(DEFECTS_OF_ADVICE)


@cache
def case_of(tool_id: str, *, advice: bool) -> Case | AdviceCase:
    """A tool and its fixtures, read and run once for all laws."""
    folder = next(t for t in FOUND.tools if t.id == tool_id)
    return AdviceCase(folder) if advice else Case(folder)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize("tool_id", [t.id for t in FOUND.tools if t.manifest.detects])
def test_tool_obeys_every_law(tool_id: str, law: Law) -> None:
    assert check_law(case_of(tool_id, advice=False), law) is None


@pytest.mark.parametrize("law", LAWS_OF_ADVICE, ids=lambda law: law.name)
@pytest.mark.parametrize("tool_id", [t.id for t in FOUND.tools if t.manifest.advice is not None])
def test_advisor_obeys_every_law(tool_id: str, law: Law) -> None:
    assert check_law(case_of(tool_id, advice=True), law) is None


def test_new_tool_obeys_every_law(tmp_path: Path) -> None:
    folder = new_tool("siren_count", tmp_path)
    assert not [p for p in folder.rglob("*") if p.is_file() and "template" in p.read_text().lower()]
    verdicts = check_tool(read_folder(folder))
    assert len(verdicts) == len(LAWS)
    assert {v.law: v.breach for v in verdicts if v.breach} == {}


@pytest.mark.parametrize("law", sorted(DEFECTS))
def test_law_bites_the_broken_tool_and_no_other_law_does(law: str, tmp_path: Path) -> None:
    folder = new_tool("broken", tmp_path)
    for file, old, new in DEFECTS[law]:
        text = (folder / file).read_text()
        assert old in text, f"the template no longer holds {old!r}"
        (folder / file).write_text(text.replace(old, new))
    verdicts = check_tool(read_folder(folder))
    assert [v.law for v in verdicts if v.breach] == [law], [v for v in verdicts if v.breach]


@pytest.mark.parametrize("law", sorted(DEFECTS_OF_ADVICE))
def test_law_of_advice_bites_the_broken_advisor_and_no_other_law_does(law: str, tmp_path: Path) -> None:
    folder = new_tool("broken", tmp_path, advisor=True)
    for file, old, new in DEFECTS_OF_ADVICE[law]:
        text = (folder / file).read_text()
        assert old in text, f"the template no longer holds {old!r}"
        (folder / file).write_text(text.replace(old, new))
    verdicts = check_tool(read_folder(folder))
    assert [v.law for v in verdicts if v.breach] == [law], [v for v in verdicts if v.breach]


def test_new_advisor_obeys_every_law(tmp_path: Path) -> None:
    folder = new_tool("siren_plan", tmp_path, advisor=True)
    assert not [p for p in folder.rglob("*") if p.is_file() and "template" in p.read_text().lower()]
    verdicts = check_tool(read_folder(folder))
    assert len(verdicts) == len(LAWS_OF_ADVICE)
    assert {v.law: v.breach for v in verdicts if v.breach} == {}


def test_a_tool_may_detect_and_advise(tmp_path: Path) -> None:
    folder, other = new_tool("both", tmp_path), new_tool("both", tmp_path / "other", advisor=True)
    for path in ("advisor.py", "tests/requests"):
        (other / path).rename(folder / path)
    ours, theirs = ((one / "params.py").read_text() for one in (folder, other))
    (folder / "params.py").write_text(ours + theirs[theirs.index("    people_per_steward_count") :])
    manifest = (folder / "manifest.toml").read_text()
    advised = (other / "manifest.toml").read_text()
    more = advised[advised.index("[[consumes]]") :]
    (folder / "manifest.toml").write_text(manifest + more)
    verdicts = {v.law: v.breach for v in check_tool(read_folder(folder))}
    assert set(verdicts) == {law.name for law in (*LAWS, *LAWS_OF_ADVICE)}
    assert {law: breach for law, breach in verdicts.items() if breach} == {}


def test_template_is_a_tool_itself() -> None:
    assert read_folder(TEMPLATE).id == "template"


def test_laws_are_tried_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = new_tool("fine_tool", tmp_path)
    assert main([str(folder)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len([line for line in out if line.startswith("holds ")]) == len(LAWS)
    (folder / "guide.md").unlink()
    assert main([str(folder)]) == 1
    assert "BROKEN  guide_whole" in capsys.readouterr().out
    assert main([str(tmp_path / "nothing")]) == 1
