from datetime import datetime

import pytest
from tests.audit.build import T0

from tocsin.audit.chain import canonical, read
from tocsin.audit.record import entry
from tocsin.kernel.errors import Invalid


def test_texts_are_cleaned_and_bounded() -> None:
    made = entry("alert.reject", at=T0, person="an\u202en\x00", reason="x" * 5000, detail={"to": "a\nb"})
    assert made.person == "ann"
    assert len(made.reason) == 1000
    assert made.detail == {"to": "a b"}


@pytest.mark.parametrize(
    "action", ["", "alert", "Alert.confirm", "alert confirm", "alert.", "a.b.c.d", "a.b\n"]
)
def test_actions_are_dotted_names(action: str) -> None:
    with pytest.raises(Invalid) as refused:
        entry(action, at=T0, person="ann")
    assert refused.value.field == "action"


@pytest.mark.parametrize(
    "detail",
    [{"password": "x"}, {"new_secret": "x"}, {"no key": "x"}, {f"k{chr(97 + n)}": n for n in range(13)}],
)
def test_secrets_and_payloads_are_refused(detail: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        entry("token.create", at=T0, person="ann", detail=detail)
    assert refused.value.field == "detail"


def test_a_time_needs_its_zone() -> None:
    with pytest.raises(Invalid):
        entry("alert.confirm", at=datetime(2026, 11, 21), person="ann")  # noqa: DTZ001


def test_the_bytes_are_the_documented_ones() -> None:
    made = entry(
        "alert.confirm", at=T0, person="änn", object_kind="alert", object_id="AL-1", detail={"b": 1, "a": 2}
    )
    assert (
        canonical(made)
        == (
            '{"action":"alert.confirm","at":"2026-11-21T16:00:00Z","capacity":"","detail":{"a":"2","b":"1"},'
            '"object_id":"AL-1","object_kind":"alert","organisation":"","outcome":"done","person":"änn",'
            '"purpose":"","reason":""}'
        ).encode()
    )
    assert read(canonical(made)) == made
