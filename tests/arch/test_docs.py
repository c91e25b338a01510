"""What can be listed is checked against the docs, and what the docs point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripts import reference

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/tocsin/tools/*/guide.md")])


def test_the_reference_says_what_the_code_says() -> None:
    assert reference.PAGES
    assert reference.stale() == [], "run: make reference"


def test_a_stale_reference_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "OUT", tmp_path)
    assert reference.stale() == list(reference.PAGES)


def broken_links(page: Path) -> list[str]:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    return [t for t in targets if "://" not in t and not (page.parent / t).exists()]


def test_every_link_leads_somewhere() -> None:
    assert len(PAGES) > 5
    assert {str(p.relative_to(ROOT)): links for p in PAGES if (links := broken_links(p))} == {}


def test_a_broken_link_is_caught(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[here](page.md) and [nowhere](gone.md)")
    assert broken_links(page) == ["gone.md"]


def test_make_knows_the_two_commands_of_the_readme() -> None:
    made = (ROOT / "Makefile").read_text()
    for command in re.findall(r"^make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE):
        assert f"\n{command}:" in made
