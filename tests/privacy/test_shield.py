"""Pseudonyms: one within a period, strangers across purposes and periods, nothing of the value in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.privacy.conftest import NOW

from tocsin.kernel.events import Attribute, RawBatch, RawItem
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer
from tocsin.privacy.classes import read_classes
from tocsin.privacy.keys import Expired, Keys
from tocsin.privacy.seal import Seal, is_sealed
from tocsin.privacy.shield import Shield

DAY = timedelta(days=1)


def made(
    shield: Shield, name: str, value: Any, at: datetime = NOW, type_name: str = "Thing", **more: Any
) -> Any:
    plan = shield.plan(type_name, more.get("source", "cctv"))
    doubts: list[tuple[str, float]] = []
    (after,) = shield.attributes(plan, (Attribute(name, value),), at, more.get("now", at), doubts)
    return after.value


def test_deterministic_within_a_period_whoever_holds_the_keys(shielded: Any, keys: Any) -> None:
    first = made(shielded(), "licensePlate", "ABC-123", NOW)
    assert first.startswith("p:")
    assert len(first) == 22
    again = made(shielded(own=keys()), "licensePlate", "ABC-123", NOW + 5 * DAY, now=NOW + 5 * DAY)
    assert again == first, "the key is on disk, not in the process"


def test_spelling_makes_no_difference_where_the_rule_says_so(shielded: Any) -> None:
    shield = shielded()
    assert made(shield, "licensePlate", "abc 123") == made(shield, "vehiclePlate", "ABC-123")
    assert made(shield, "macAddress", "AA:BB:CC:00:11:22") == made(shield, "macAddress", "aabb.cc00.1122")
    assert made(shield, "authorName", "Ada") != made(shield, "authorName", "ada")


def test_another_period_another_pseudonym(shielded: Any) -> None:
    shield = shielded()
    assert made(shield, "licensePlate", "ABC-123", datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)) != made(
        shield, "licensePlate", "ABC-123", datetime(2026, 12, 1, tzinfo=UTC)
    )


def test_another_purpose_another_pseudonym(shielded: Any) -> None:
    shield = shielded()
    value = "358401234567"
    seen = {
        made(shield, name, value) for name in ("licensePlate", "phone", "macAddress", "authorId", "ownerId")
    }
    assert len(seen) == 5


@pytest.mark.parametrize("every", ["day", "week", "month"])
def test_a_late_value_gets_the_pseudonym_of_its_own_time_while_the_key_lives(
    shielded: Any, keys: Any, every: Any
) -> None:
    shield = shielded(own=keys(every, 7 * DAY))
    at = datetime(2026, 10, 31, 12, tzinfo=UTC)
    then = made(shield, "licensePlate", "ABC-123", at)
    assert made(shield, "licensePlate", "ABC-123", at, now=at + 6 * DAY) == then
    plan, doubts = shield.plan("Thing", "cctv"), []
    late = at + timedelta(days=40)
    (gone,) = shield.attributes(plan, (Attribute("licensePlate", "ABC-123"),), at, late, doubts)
    assert gone.value is None
    assert "older than its key" in doubts[0][0]


def test_when_the_key_is_destroyed_nobody_can_make_the_pseudonym_again(shielded: Any, keys: Any) -> None:
    own: Keys = keys()
    shield = shielded(own=own)
    before = made(shield, "licensePlate", "ABC-123")
    assert [(key.purpose, key.period) for key in own.all()] == [("traffic", "2026-11")]
    own.destroy("traffic", "2026-11")
    assert own.all() == []
    assert made(shield, "licensePlate", "ABC-123") != before


def test_keys_are_private_and_none_is_half_written(shielded: Any, keys: Any, tmp_path: Path) -> None:
    folder = tmp_path / "keys" / "pseudonyms"
    folder.mkdir(parents=True)
    (folder / "traffic@2026-11.key").write_bytes(b"half")  # as a power cut may leave it
    made(shielded(), "licensePlate", "ABC-123")
    (file,) = folder.iterdir()
    assert len(file.read_bytes()) == 32
    assert file.stat().st_mode & 0o077 == 0


def test_what_is_not_personal_is_the_very_same_object(shielded: Any) -> None:
    shield = shielded()
    given_ = (Attribute("intensity", 4.0), Attribute("itemType", "people"))
    plan = shield.plan("ItemFlowObserved", "mqtt")
    assert shield.attributes(plan, given_, NOW, NOW, []) is given_


def test_unknown_texts_are_hidden_unless_the_source_sends_nothing_personal(shielded: Any) -> None:
    shield = shielded()
    assert made(shield, "remark", "Ada was here", source="cctv").startswith("p:")
    assert made(shield, "remark", "Ada was here", source="http") == "Ada was here"
    assert made(shield, "reading7", 3.5, source="cctv") == 3.5
    assert made(shield, "state", "open", type_name="ItemFlowObserved", source="cctv") == "open"
    assert made(shield, "phone", "+358 40 1234567", source="http").startswith("p:"), "a rule holds for all"


def test_sensitive_values_are_not_taken_in(shielded: Any) -> None:
    assert made(shielded(), "religion", "any") is None
    assert made(shielded(), "faceEmbedding", 0.123) is None


def test_a_flood_of_names_is_bounded_and_still_protected(shielded: Any) -> None:
    shield = shielded()
    plan = shield.plan("Thing", "cctv")
    for n in range(2_000):
        assert made(shield, f"owner{n}", "Ada").startswith("p:")
        assert made(shield, f"odd{n}", "Ada").startswith("p:")
    assert len(plan.rules) + len(plan.clear) <= 600


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.one_of(st.text(max_size=80), st.integers(), st.floats(), st.booleans()),
    name=st.sampled_from(["licensePlate", "macAddress", "authorName", "ownerId", "phone", "free text"]),
)
def test_no_value_is_left_in_its_pseudonym(shielded: Any, value: Any, name: str) -> None:
    shield = shielded()
    hidden = made(shield, name, value)
    if name == "free text" and not isinstance(value, str):
        assert hidden == value or value != value
        return
    assert isinstance(hidden, str)
    assert hidden[:2] == "p:"
    assert set(hidden[2:]) <= set("0123456789abcdef")
    assert hidden == made(shield, name, value)


# The path of a reading: bytes in, observation out.


@pytest.fixture
def items(shielded: Callable[..., Shield], keys: Any, tmp_path: Path) -> Items:
    seal = Seal(keys("day", 14 * DAY, "quarantine"))
    return Items(Observer(read_models(), shielded()), Formats(tmp_path), seal)


def run(items: Items, reading: dict[str, Any] | bytes, source: str = "cctv") -> tuple[list[Any], list[Any]]:
    payload = reading if isinstance(reading, bytes) else json.dumps(reading).encode()
    return items.of(RawBatch(source, "json", NOW, (RawItem("i1", payload),)))


def reading(**more: Any) -> dict[str, Any]:
    return {"id": "cam-1", "type": "Camera", "observedAt": "2026-11-21T16:42:17Z", **more}


def test_ids_names_and_structures_of_people_are_hidden_in_the_observation(items: Items) -> None:
    sent = reading(
        id="CANARY-77", type="Vehicle", licensePlate="CANARY-77", speed=42, name="CANARY",
        owner={"id": "CANARY", "n": [1]}, macAddress=["CA:NA:RY:00:00:01"], note="CANARY",
    )  # fmt: skip
    (seen,), refused = run(items, sent)
    assert refused == []
    assert b"CANARY" not in repr(seen).upper().encode()
    assert "CA:NA" not in repr(seen)
    assert seen.entity.startswith("urn:ngsi-ld:Vehicle:p~")
    assert seen.get("speed") == 42
    assert seen.get("name").startswith("p:")
    (again,), _ = run(items, sent)
    assert again == seen, "the same reading is the same observation, id and all"


def test_the_id_of_an_observation_tells_nothing_of_what_it_hides(items: Items, keys: Any) -> None:
    """Else a dictionary of plates would find the plate by the observation's id, which has no key."""
    from tocsin.normalise.observe import _identity

    (seen,), _ = run(items, reading(licensePlate="ABC-123"))
    clear = _identity(
        "cctv", seen.entity, seen.observed_at, None, (Attribute("licensePlate", "ABC-123"),), None, None
    )
    assert seen.id != clear


def test_an_entity_out_of_its_time_is_refused_and_not_named(items: Items) -> None:
    old = reading(id="CANARY-77", type="Vehicle", speed=1, observedAt="2026-01-01T00:00:00Z")
    seen, (refused,) = run(items, old)
    assert seen == []
    assert "CANARY" not in refused.reason
    assert refused.reason.startswith("past its time of keeping")


def test_what_is_not_understood_goes_on_sealed(items: Items, keys: Any) -> None:
    payload = b'{"id": "x", "licensePlate": "CANARY-77" oops' + b" " * 9000 + b"CANARY-78"
    seen, (held,) = run(items, payload)
    assert seen == []
    assert is_sealed(held.payload)
    assert b"CANARY" not in held.payload
    other = Seal(keys("day", 14 * DAY, "quarantine"))
    assert other.open(held.payload) == payload
    assert other.head(held.payload[:4200]) == payload[:4096]
    keys("day", 14 * DAY, "quarantine").destroy("quarantine", "2026-11-21")
    with pytest.raises(Expired):
        other.open(held.payload)


def test_a_defect_of_a_strangers_mapper_is_logged_without_its_words(
    items: Items, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(payload: bytes) -> Any:
        raise ValueError(payload.decode())

    items._formats = type("F", (), {"of": lambda self, name, newest=False: broken})()  # type: ignore[assignment]
    _, (held,) = run(items, b'"CANARY-77"')
    assert "CANARY" not in held.reason
    told = capsys.readouterr()
    assert "reading_defect" in told.out + told.err + caplog.text
    assert "CANARY" not in told.out + told.err + caplog.text


def test_no_shipped_rule_rests_on_an_empty_purpose() -> None:
    for named in read_classes().rules:
        assert named.rule.basis, named.id
        assert named.rule.words, named.id
