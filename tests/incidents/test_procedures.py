"""Procedure files: those that ship hold what was promised, wrong ones are refused with the cure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from tests.incidents.plans import T0, decision, incident, procedure, step

from tocsin.incidents.procedures.__main__ import main
from tocsin.incidents.procedures.check import check
from tocsin.incidents.procedures.library import Procedures, shipped
from tocsin.incidents.procedures.load import SHIPPED, parse, read_file
from tocsin.incidents.procedures.model import Procedure
from tocsin.incidents.tasks import start
from tocsin.kernel.errors import Invalid, NotFound

NINE = {
    "crowd-surge",
    "weapon-seen",
    "vehicle-into-crowd",
    "suspicious-object",
    "bio-sensor-alarm",
    "camera-outage-cyber",
    "evacuation",
    "public-warning",
    "sensor-fault",
}
GOOD = """
id: flood-gate
version: 3
title: Flood gate
words: For high water.
sources: [own]
trigger: {kinds: [water.*], severity: high}
steps:
  - {id: look, title: Look, words: Read the gauge., role: operator, minutes: 5}
  - id: judge
    title: Judge
    words: Decide.
    role: decision maker
    minutes: 5
    needs: [look]
    decision:
      question: Close the gate?
      answers:
        - {answer: yes, leads_to: [close]}
        - {answer: no, leads_to: [wait]}
  - {id: close, title: Close, words: Close it., role: field responder, minutes: 10}
  - {id: wait, title: Wait, words: Look again., role: operator, minutes: 30}
"""


def test_nine_ship() -> None:
    assert {p.id for p in shipped()} == NINE
    assert {path.stem for path in SHIPPED.glob("*.yaml")} == NINE, "a file is called as its id"


@pytest.mark.parametrize("name", sorted(NINE))
def test_a_shipped_procedure_is_fit_for_a_control_room(name: str) -> None:
    found = read_file(SHIPPED / f"{name}.yaml")
    assert 6 <= len(found.steps) <= 14
    assert any(s.decision for s in found.steps)
    assert found.steps[0].minutes <= 5, "the first look is quick"
    assert len(found.sources) >= 3
    assert found.trigger.kinds or found.trigger.categories
    roles = {s.role for s in found.steps}
    said = " ".join([s.words for s in found.steps] + [c for s in found.steps for c in s.checklist])
    assert "ethics officer" in roles or "purpose" in said
    for one in found.steps:
        assert len(one.words) <= 300, f"{one.id}: too long to be read under stress"
        assert one.title[0].isupper()
        assert not one.title.endswith(".")


def test_where_a_warning_is_written_its_page_is_opened() -> None:
    """Drawn, written, read by a second person and released on one page; facts are collected elsewhere."""
    warn = next(one for one in shipped() if one.id == "public-warning")
    begun = start(incident(), warn, "kim", T0).incident
    opens = {task.id.partition(".")[2] for task in begun.tasks if task.opens == "warning"}
    assert opens == {"area", "write-now", "write-ready", "second-eyes", "release", "update", "all-clear"}


def test_the_check_before_it_is_used_says_what_is_asked_of_whom(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "flood.yaml"
    file.write_text(GOOD)
    assert main([str(file)]) == 0
    said = capsys.readouterr().out
    assert "  judge: Judge (decision maker, 5 min) after look\n    yes -> close\n    no -> wait" in said
    file.write_text(GOOD.replace("minutes: 30", "minutes: soon"))
    assert main([str(file)]) == 1
    assert "flood.yaml: Expected `int`, got `str`; field 'steps[3].minutes'" in capsys.readouterr().err
    assert main([str(tmp_path / "absent.yaml")]) == main([]) == 1


def test_the_example_of_the_howto_is_one() -> None:
    page = Path(__file__).parents[2] / "docs" / "howto" / "write-a-procedure.md"
    [example] = re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)
    assert parse(example.encode()).id == "flood-gate"


def test_yes_is_a_word_and_ten_thirty_is_no_number() -> None:
    found = parse(GOOD.replace("For high water.", "10:30").encode())
    assert found.words == "10:30"
    answers = found.steps[1].decision.answers if found.steps[1].decision else ()
    assert [a.answer for a in answers] == ["yes", "no"]


@pytest.mark.parametrize(
    ("old", "new", "field", "value", "cure"),
    [
        ("role: decision maker", "role: boss", "steps[1].role", "boss", "use one of operator"),
        ("minutes: 10", "minutes: 0", "steps[2].minutes", "0", "reference"),
        ("minutes: 10", "minuts: 10", "steps[2].minuts", None, "reference"),
        ("role: field responder, ", "", "steps[2].role", None, "use one of"),
        ("needs: [look]", "needs: [luk]", "steps[1].needs[0]", "luk", "close, judge, look, wait"),
        ("leads_to: [wait]", "leads_to: [wiat]", "steps[1].decision.answers[1].leads_to[0]", "wiat", "wait"),
        ("leads_to: [wait]", "leads_to: []", "steps[1].decision.answers[1].leads_to", "[]", "reference"),
        ("answer: no", "answer: yes", "steps[1].decision.answers[1].answer", "yes", "differ"),
        ("id: wait", "id: close", "steps[3].id", "close", "name of its own"),
        ("id: look, title", "id: Look!, title", "steps[0].id", "Look!", "reference"),
        ("severity: high", "severity: grave", "trigger.severity", "grave", "reference"),
        ("version: 3", "version: x", "version", "x", "reference"),
        ("id: flood-gate", "id: flood-gate\nid: other", "line 3", None, "mend that line"),
        ("title: Flood gate", "title: [Flood", "line 5", None, "mend that line"),
        ("sources: [own]", "sources: &a [own]\nx: *a", "line 7", None, "mend that line"),
        ("role: operator, minutes: 5}", "role: operator, minutes: 5, needs: [close]}", "needs", "->", "take"),
        ("role: field responder,", "needs: [wait], role: operator,", "steps[2].needs[0]", "wait", "branch"),
    ],
)
def test_a_wrong_file_names_file_field_value_and_cure(
    tmp_path: Path, old: str, new: str, field: str, value: str | None, cure: str
) -> None:
    assert old in GOOD
    file = tmp_path / "flood.yaml"
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(Invalid) as refused:
        read_file(file)
    assert "flood.yaml" in refused.value.message
    assert (refused.value.field or "").endswith(field)
    assert (value or "") in (refused.value.value or "")
    assert cure in (refused.value.cure or "")


@pytest.mark.parametrize(
    "text", [b"", b"- a", b"\xff\xfe\x00", b"a: " + b"[" * 5000, b"x" * 300_000, b"? [a]"]
)
def test_no_bytes_are_a_defect(text: bytes) -> None:
    with pytest.raises(Invalid):
        parse(text)


def test_words_of_a_file_are_made_safe() -> None:
    found = parse(GOOD.replace("Read the gauge.", '"Read\\u202e the\\n gauge"').encode())
    assert found.steps[0].words == "Read the gauge"


def test_cycles_through_decisions_are_found() -> None:
    ring = procedure(
        step("a", "c"), step("b", "a", decision=decision(yes=("c",), no=("d",))), step("c"), step("d")
    )
    with pytest.raises(Invalid, match="wait for each other") as refused:
        check(ring)
    assert set((refused.value.value or "").split(" -> ")) == {"a", "b", "c"}


def test_a_join_of_branches_is_no_contradiction_but_a_crossing_is() -> None:
    fork = step("d", decision=decision(yes=("x",), no=("y",)))
    check(procedure(fork, step("x"), step("y"), step("join", "x", "y")))
    with pytest.raises(Invalid, match="no combination"):
        check(procedure(fork, step("x"), step("y", "x")))


def test_too_many_ways_are_refused() -> None:
    forks = [step(f"d{n}", decision=decision(a=("x",), b=("y",))) for n in range(11)]
    with pytest.raises(Invalid, match="too many ways"):
        check(procedure(*forks, step("x"), step("y")))


class City:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = Procedures(folder)

    def write(self, name: str, text: str) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)

    def own(self, version: int, title: str = "Ours") -> str:
        data = yaml.safe_load((SHIPPED / "crowd-surge.yaml").read_text())
        return yaml.safe_dump(data | {"version": version, "title": title})

    def newest(self, name: str) -> Procedure:
        return self.library.get(name)


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path / "procedures")


def test_a_city_without_files_has_the_shipped_ones(city: City) -> None:
    assert {p.id for p in city.library.known().newest} == NINE
    assert city.library.known().refused == ()


def test_a_higher_version_replaces_and_the_old_one_stays_to_be_asked_for(city: City) -> None:
    assert city.newest("crowd-surge").version == 1
    city.write("surge.yaml", city.own(2))
    city.write("flood.yaml", GOOD)
    assert (city.newest("crowd-surge").title, city.newest("flood-gate").version) == ("Ours", 3)
    assert city.library.get("crowd-surge", 1).title == "Crowd surge"
    assert len(city.library.known().newest) == len(NINE) + 1
    (city.folder / "surge.yaml").unlink()
    assert city.newest("crowd-surge").version == 1


def test_a_version_that_does_not_count_up_is_refused_and_named(city: City) -> None:
    city.write("a.yaml", city.own(1))
    city.write("b.yaml", city.own(2))
    city.write("c.yaml", city.own(2))
    city.write("d.yaml", GOOD.replace("minutes: 30", "minutes: soon"))
    refused = {r.file: r for r in city.library.known().refused}
    assert set(refused) == {"a.yaml", "c.yaml", "d.yaml"}
    assert refused["a.yaml"].field == refused["c.yaml"].field == "version"
    assert "3 or higher" in (refused["c.yaml"].cure or "")
    assert (refused["d.yaml"].field, refused["d.yaml"].value) == ("steps[3].minutes", "soon")
    assert city.newest("crowd-surge").version == 2, "the right ones go on"


def test_unknown_ones_are_not_found(city: City) -> None:
    for name, version in (("nothing", None), ("crowd-surge", 7)):
        with pytest.raises(NotFound) as refused:
            city.library.get(name, version)
        assert refused.value.cure
