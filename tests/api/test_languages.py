"""A person's language: chosen, kept, recorded, told at every sign-in; the city's is told to everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.api.house import House, house

from tocsin.audit import service as audit
from tocsin.bus.memory import MemoryBus
from tocsin.identity import repository
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.languages import stated


async def test_chosen_kept_and_recorded(door: House) -> None:
    async with door.signed_in() as person:
        assert (await person.get("/api/v1/session")).json()["user"]["language"] is None
        changed = await person.put("/api/v1/session/language", json={"language": "nb"})
        assert changed.status_code == 200, changed.text
        assert changed.json()["user"]["language"] == "nb"
    found, _ = await door.services.ops.read(lambda conn: audit.find(conn, action="person.language"))
    entry = found[0].entry
    assert (entry.person, entry.object_kind, entry.object_id) == ("operator", "person", "operator")
    assert entry.detail == {"language": "nb"}
    async with door.signed_in() as again:
        assert (await again.get("/api/v1/session")).json()["user"]["language"] == "nb"
        assert (await again.put("/api/v1/session/language", json={"language": None})).status_code == 200
        assert (await again.get("/api/v1/session")).json()["user"]["language"] is None


@pytest.mark.parametrize("given", [{"language": "de"}, {"language": "NB"}, {}, {"language": 1}])
async def test_a_language_that_nobody_speaks_here_is_refused(door: House, given: dict[str, object]) -> None:
    async with door.signed_in() as person:
        answer = await person.put("/api/v1/session/language", json=given)
        assert answer.status_code == 422
        assert (await person.get("/api/v1/session")).json()["user"]["language"] is None


async def test_a_new_password_and_shutting_out_leave_it(door: House) -> None:
    async with door.signed_in() as person:
        await person.put("/api/v1/session/language", json={"language": "pt"})
    door.services.identity.people.set_password_now("operator")
    row = await door.services.ops.read(lambda conn: repository.person(conn, "operator"))
    assert row is not None
    assert row["language"] == "pt"


async def test_the_city_s_languages_are_told_before_and_after(folder: Path, bus: MemoryBus) -> None:
    async with house(folder, bus, languages=("nb", "en")) as door:
        async with door.client() as stranger:
            assert (await stranger.get("/api/v1/sign-in")).json()["languages"] == ["nb", "en"]
        async with door.signed_in() as person:
            assert (await person.get("/api/v1/session")).json()["languages"] == ["nb", "en"]


async def test_procedures_in_the_language_asked_for(door: House) -> None:
    async with door.signed_in() as person:
        answer = await person.get("/api/v1/procedures/words", params={"language": "pt"})
        assert answer.status_code == 200, answer.text
        items = {item["id"]: item for item in answer.json()["items"]}
        assert items["weapon-seen"]["language"] == "pt"
        assert items["weapon-seen"]["title"] == "Arma avistada"
        assert items["weapon-seen"]["steps"]["real"]["answers"][1] == "não"
        refused = await person.get("/api/v1/procedures/words", params={"language": "de"})
        assert refused.status_code == 422


def test_the_city_s_languages_as_people_write_them() -> None:
    assert stated("") == ()
    assert stated("nb") == ("nb",)
    assert stated("it, en") == ("it", "en")
    for wrong in ("de", "en en", "it;en"):
        with pytest.raises(Misconfigured) as refused:
            stated(wrong)
        assert refused.value.field == "city.languages"
