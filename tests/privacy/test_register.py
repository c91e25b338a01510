"""The register says what runs: a new source stands in it without an edit, and what is missing is said."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.privacy.conftest import NOW

from tocsin.app.databases import ops_db
from tocsin.app.hosting import Place
from tocsin.app.preparing import prepare_state
from tocsin.app.privacy import facts
from tocsin.app.privacy_told import deletions_of, keys_of, register_of
from tocsin.identity.sealing import Seal
from tocsin.kernel.errors import Misconfigured
from tocsin.notify.delivery import webhooks
from tocsin.privacy.register import Recipient, Register, fill, page
from tocsin.sdk import source as sdk_source
from tocsin.settings import load

ROOM = Recipient("police", "Police", "control room", ("operator",))


def register(state: Path) -> Register:
    return fill(facts(Place(state, "live", load(state))), [ROOM], NOW)


def test_it_is_filled_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "tocsin.toml").write_text(
        '[privacy]\ncontroller = "City of X"\ncontact = "1 Square"\nofficer = "dpo@x"\nperiod = "week"\n'
        "quarantine_days = 3\n[city]\nname = 'X'\n"
    )
    (tmp_path / "privacy.toml").write_text(
        '[rule.plates]\nwords = "Plates of a toll"\nattributes = ["*plate*"]\nclass = "pseudonym"\n'
        'purpose = "toll"\nbasis = "by-law 7"\ncontext_days = 2\nlake_days = 10\n'
    )
    made = register(tmp_path)
    assert (made.city, made.controller.name, made.gaps) == ("X", "City of X", ())
    plates = next(p for p in made.processing if p.id == "plates")
    assert (plates.basis, plates.terms.lake_days, plates.written_by) == ("by-law 7", 10, "city")
    assert {p.id for p in made.processing} >= {"radios", "authors", "sensitive", "default"}
    assert {p.becomes for p in made.processing if p.class_ == "sensitive"} == {"not taken in"}
    assert {s.id for s in made.sources} >= {"http", "mqtt", "file"}
    assert {t.id for t in made.tools} >= {"crowd", "anomaly"}
    own = {p.id: (p.class_, p.purpose, p.terms.context_days, p.written_by) for p in made.processing[-2:]}
    assert own["field-positions"] == ("personal", "field", 1, "Tocsin")
    assert own["field-answers"] == ("personal", "field", 30, "Tocsin")
    told = " ".join(m.words for m in made.measures)
    assert "each purpose and week" in told
    assert "after 3 days" in told


def told(state: Path, realm: str = "live", **given: object) -> dict[str, Recipient]:
    settings = load(state, {name.replace("__", "."): value for name, value in given.items()})
    made = fill(facts(Place(state, realm, settings)), [ROOM], NOW)
    return {one.id: one for one in made.recipients}


def test_who_is_told_outside_of_the_rooms_is_named_with_what_for(tmp_path: Path) -> None:
    """What a setting turns on stands in the register from then on, and only then."""
    assert sorted(told(tmp_path)) == ["cap", "police"]
    on = {"notify__smtp_host": "mail.city.example", "notify__push_contact": "mailto:t@city.example"}
    found = told(tmp_path, **on)
    assert [(one.kind, one.title) for one in found.values()] == [
        ("control room", "Police"),
        ("mail server", "mail.city.example"),
        ("push service", "Push services of browsers' makers"),
        ("the public", "Readers of the CAP feed"),
    ]
    assert all(one.purpose for name, one in found.items() if name != "police")
    assert sorted(told(tmp_path, "exercise:spring", **on)) == ["police"]
    settings = load(tmp_path, {"notify.smtp_host": "mail.city.example"})
    assert "mail.city.example" in page(fill(facts(Place(tmp_path, "live", settings)), [ROOM], NOW))


def test_the_ledger_of_messages_is_a_processing_of_its_own(tmp_path: Path) -> None:
    def messages(realm: str) -> list[int]:
        settings = load(tmp_path, {"notify.keep_days": 33})
        made = fill(facts(Place(tmp_path, realm, settings)), [ROOM], NOW)
        return [one.terms.context_days for one in made.processing if one.id == "messages"]

    assert (messages("live"), messages("exercise:spring")) == ([33], [])


def test_a_webhook_is_named_with_its_host_and_whose_it_is(tmp_path: Path) -> None:
    (tmp_path / "layout").touch()
    prepare_state(tmp_path, "live", fresh_password=False, devices={})
    ops = ops_db(Place(tmp_path, "live", load(tmp_path)))
    given = ("control-room", "CAD", "https://cad.example/in?key=1", ("alert", "warning"), "high", "root")
    ops.write_now(lambda c: webhooks.add(c, Seal(tmp_path), *given, NOW, frozenset()))  # type: ignore[arg-type]
    ops.close()
    found = json.loads(register_of(tmp_path, html=False))["recipients"]
    (hook,) = [one for one in found if one["kind"] == "webhook"]
    assert hook["title"] == "CAD (cad.example)"
    assert "Control room" in hook["purpose"]
    assert "alert, warning from high on" in hook["purpose"]
    assert "key=1" not in json.dumps(hook)


def test_what_a_controller_has_not_said_is_a_gap(tmp_path: Path) -> None:
    gaps = " ".join(register(tmp_path).gaps)
    for setting in ("privacy.controller", "privacy.contact", "privacy.officer"):
        assert setting in gaps


SOURCE = """
id = "plate_readers"
contract = 1
title = "Plate readers"
words = "Cameras over the ring road that read plates."
kind = "push"
format = "json"
personal_data = "yes"
reference = "https://example.org"
"""


def test_a_new_source_folder_stands_in_it_without_an_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "packages" / "ring_road_sources"
    (package / "plate_readers").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "plate_readers" / "manifest.toml").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    real = sdk_source.entry_points

    def points(*, group: str) -> Any:
        return [*real(group=group), EntryPoint("ring", "ring_road_sources", group)]

    monkeypatch.setattr(sdk_source, "entry_points", points)
    before = facts(Place(tmp_path, "live", load(tmp_path)))
    entry = next(s for s in fill(before, [], NOW).sources if s.id == "plate_readers")
    assert (entry.title, entry.personal_data) == ("Plate readers", "yes")
    (package / "bridge").mkdir()
    (package / "bridge" / "manifest.toml").write_text(SOURCE)  # its id is not its folder's name
    broken = fill(before, [], NOW)
    assert any(s.id == "bridge" and s.fault for s in broken.sources), "the running one sees it, fault and all"
    assert any("bridge" in gap for gap in broken.gaps)


def test_a_tool_that_asks_for_personal_data_and_says_none_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "privacy.toml").write_text(
        '[rule.crowds]\nwords = "As if counts were personal"\ntypes = ["CrowdFlowObserved"]\n'
        'attributes = ["peopleCount"]\nclass = "personal"\npurpose = "crowds"\nbasis = "a test"\n'
    )
    made = register(tmp_path)
    crowd = next(t for t in made.tools if t.id == "crowd")
    assert crowd.reads == ("crowds",)
    assert any("crowd" in gap for gap in made.gaps) == (crowd.personal_data == "none")


def test_the_page_stands_alone_and_obeys_nobody(tmp_path: Path) -> None:
    (tmp_path / "tocsin.toml").write_text("[privacy]\ncontroller = '<script>alert(1)</script>'\n")
    html = page(register(tmp_path))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "http://" not in html.replace("https://", "")


def test_from_the_command_line(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no city"):
        register_of(tmp_path, html=False)
    (tmp_path / "layout").touch()
    prepare_state(tmp_path, "live", fresh_password=False, devices={})
    told = json.loads(register_of(tmp_path, html=False))
    assert told["recipients"][0]["id"] == "control-room"
    assert "operator" in told["recipients"][0]["roles"]
    assert "field responder" not in told["recipients"][0]["roles"]
    assert msgspec.convert(told, Register).made_at - NOW > timedelta(days=-3650)
    assert deletions_of(tmp_path, store=None, limit=10) == []
    assert keys_of(tmp_path) == []
