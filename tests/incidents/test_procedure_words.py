"""Procedures in other languages: what ships is whole, a missing text is refused, English is the fallback."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace
from tests.incidents.plans import FORK

from tocsin.incidents.procedures.__main__ import main
from tocsin.incidents.procedures.library import Procedures, shipped, shipped_words
from tocsin.incidents.procedures.load import SHIPPED, read_file
from tocsin.incidents.procedures.words import (
    Translation,
    check_translation,
    differences,
    read_translation,
    spoken,
)
from tocsin.kernel.errors import Invalid
from tocsin.kernel.languages import LANGUAGES, Language

OTHERS: tuple[Language, ...] = ("it", "nb", "pt")
SHARED = {"CAP"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_shipped_procedure_is_whole_in_every_language(language: Language) -> None:
    have = shipped_words(language)
    assert {(name, version) for name, version, _ in have} == {(p.id, p.version) for p in shipped()}
    assert {path.stem for path in (SHIPPED / language).glob("*.yaml")} == {p.id for p in shipped()}


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_is_left_in_a_translation(language: Language) -> None:
    looked = 0
    for procedure in shipped():
        said = shipped_words(language)[procedure.id, procedure.version, language]
        assert said.title != procedure.title
        for step in procedure.steps:
            mine = spoken(procedure, "en", None).steps[step.id]
            theirs = said.steps[step.id]
            pairs = [(mine.words, theirs.words), *zip(mine.checklist, theirs.checklist, strict=True)]
            for english, foreign in pairs:
                assert english != foreign, (procedure.id, step.id)
                looked += 1
            # an answer of one word may be the same word ("no")
            assert mine.question is None or mine.question != theirs.question
    assert looked > 150


def planted(language: str, **change: object) -> Translation:
    said = read_translation(SHIPPED / language / "weapon-seen.yaml")
    verify = replace(said.steps["verify"], **change)
    return replace(said, steps={**said.steps, "verify": verify})


def test_a_missing_text_is_named() -> None:
    path, own = SHIPPED / "it" / "weapon-seen.yaml", read_file(SHIPPED / "weapon-seen.yaml")
    check_translation(path, planted("it"), own)
    for change, field in (
        ({"checklist": ("uno",)}, "steps.verify.checklist"),
        ({"question": "Che cosa?"}, "steps.verify.question"),
        ({"answers": ("sì", "no")}, "steps.verify.answers"),
        ({"request": "Un consiglio"}, "steps.verify.request"),
    ):
        with pytest.raises(Invalid) as refused:
            check_translation(path, planted("it", **change), own)
        assert refused.value.field == field
    whole = planted("it")
    less = replace(whole, steps={k: v for k, v in whole.steps.items() if k != "follow"})
    assert list(differences(own, less)) == ["steps.follow"]
    with pytest.raises(Invalid, match="no such version"):
        check_translation(path, whole, None)


def test_the_command_looks_at_the_translations_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "weapon-seen.yaml"
    file.write_bytes((SHIPPED / file.name).read_bytes())
    (tmp_path / "nb").mkdir()
    other = tmp_path / "nb" / file.name
    other.write_bytes((SHIPPED / "nb" / file.name).read_bytes())
    assert main([str(file)]) == 0
    assert "in en, nb" in capsys.readouterr().out
    data = yaml.safe_load(other.read_text())
    del data["steps"]["quiet"]
    other.write_text(yaml.safe_dump(data))
    assert main([str(file)]) == 1
    assert "steps.quiet" in capsys.readouterr().err


def own_city(folder: Path) -> Path:
    """A city that wrote version 2 of a shipped procedure in Italian, and translated it into Norwegian."""
    data = yaml.safe_load((SHIPPED / "sensor-fault.yaml").read_text())
    said = yaml.safe_load((SHIPPED / "it" / "sensor-fault.yaml").read_text())
    steps = [
        {**step, "title": said["steps"][step["id"]]["title"], "words": said["steps"][step["id"]]["words"]}
        for step in data["steps"]
    ]
    mine = {**data, "version": 2, "language": "it", "title": said["title"], "steps": steps}
    (folder / "sensor-fault.yaml").write_text(yaml.safe_dump(mine, allow_unicode=True))
    norwegian = yaml.safe_load((SHIPPED / "nb" / "sensor-fault.yaml").read_text())
    (folder / "nb").mkdir()
    file = folder / "nb" / "sensor-fault.yaml"
    file.write_text(yaml.safe_dump({**norwegian, "version": 2}, allow_unicode=True))
    return file


def test_a_procedure_is_said_in_the_language_or_as_it_was_written(tmp_path: Path) -> None:
    file = own_city(tmp_path)
    library = Procedures(tmp_path)
    assert library.known().refused == ()

    def said(language: Language) -> dict[int, str]:
        versions = [s for s in library.known().spoken(language) if s.id == "sensor-fault"]
        return {s.version: s.language for s in versions}

    assert said("nb") == {2: "nb", 1: "nb"}
    assert said("pt") == {2: "it", 1: "pt"}, "not translated: as it was written, and marked as that"
    assert said("en") == {2: "it", 1: "en"}
    title = next(s.title for s in library.known().spoken("nb") if s.id == "sensor-fault" and s.version == 2)
    assert title == "Sensorfeil"

    data = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**data, "version": 7}, allow_unicode=True))
    assert said("nb") == {2: "it", 1: "nb"}
    assert [(one.file, one.field, one.value) for one in library.known().refused] == [
        ("nb/sensor-fault.yaml", "version", "7")
    ]


def test_every_version_is_said_in_every_language() -> None:
    known = Procedures().known()
    for language in LANGUAGES:
        assert {s.language for s in known.spoken(language)} == {language}
    english = spoken(FORK, "nb", None)
    assert (english.language, english.steps["decide"].answers) == ("en", ("yes", "no"))
