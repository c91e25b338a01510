"""Personal data that comes through the interface: pseudonyms on the way in, forgotten with the state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.ngsi.conftest import Api

from tocsin.context import Context
from tocsin.db import Connection
from tocsin.kernel.events import Attribute
from tocsin.kernel.state import EntityState
from tocsin.ngsi.store.protect import SOURCE, Protect
from tocsin.privacy.classes import read_classes
from tocsin.privacy.keys import Keys
from tocsin.privacy.shield import Shield

ID = "/entities/urn:ngsi-ld:Camera:1"
NOW = datetime.now(UTC)

pytestmark = pytest.mark.usefixtures("plain_documents")


def protect(folder: Path) -> Protect:
    keys = Keys(folder, every="month", keep=timedelta(days=60))
    return Protect(Shield(read_classes(), keys, known={}, open_sources={SOURCE}))


def camera(**more: object) -> dict[str, object]:
    return {"id": "urn:ngsi-ld:Camera:1", "type": "Camera", **more}


def rows_of(conn: Connection) -> str:
    """All that stands in the tables."""
    tables = ("entities", "entity_values", "ngsi_documents", "ngsi_changes", "outbox")
    return repr([conn.exec_driver_sql(f"SELECT * FROM {table}").all() for table in tables])


def stored(folder: Path) -> bytes:
    """The bytes of the file, its free room too, where there is one."""
    return b"".join(file.read_bytes() for file in folder.glob("context.db*"))


def test_what_a_class_names_becomes_a_pseudonym(tmp_path: Path) -> None:
    guard = protect(tmp_path)
    kept = guard.reading("Camera", Attribute("licensePlate", "AB 12345"), NOW, NOW)
    assert kept.protected
    assert str(kept.value.value).startswith("p:")
    assert not guard.reading("Camera", Attribute("brand", "Bosch"), NOW, NOW).protected
    refused = guard.reading("Camera", Attribute("religion", "any"), NOW, NOW)
    assert (refused.protected, refused.value.value) == (True, None)


async def test_neither_document_nor_state_nor_log_has_it(api: Api, tmp_path: Path) -> None:
    api.broker.writer._protect = protect(tmp_path / "keys")
    plate = {"type": "Property", "value": "CANARY 42", "by": {"type": "Property", "value": "CANARY 42"}}
    await api.create(camera(licensePlate=plate, religion={"value": "CANARY 42"}, brand={"value": "Bosch"}))
    held = await api.get(ID)
    assert held["licensePlate"]["value"].startswith("p:")
    assert held["licensePlate"].keys() == {"type", "value"}
    assert held["brand"]["value"] == "Bosch"
    assert "religion" not in held
    assert await api.get(f'/entities?type=Camera&q=licensePlate=="{held["licensePlate"]["value"]}"') == [held]
    rows = await api.context.read(rows_of)
    assert "Bosch" in rows, "what may be kept is found there"
    assert "CANARY" not in rows
    assert b"CANARY" not in stored(tmp_path)


async def test_what_the_state_forgets_the_document_forgets(api: Api, tmp_path: Path) -> None:
    """Also the datasets and sub-attributes of which no reading ever knew, and in the file's free room."""
    stage = Context(api.bus, api.context)
    canary = {"type": "Property", "value": "CANARY 1", "by": {"type": "Property", "value": "CANARY 2"}}
    other = {"type": "Property", "value": "CANARY 3", "datasetId": "urn:d:a"}
    await api.create(camera(remark=[canary, other], brand={"value": "Bosch"}))

    def without(state: EntityState) -> tuple[EntityState, int]:
        left = {name: held for name, held in state.attributes.items() if name != "remark"}
        return msgspec.structs.replace(state, attributes=left), 1

    assert await stage.forget(lambda _type, name: name == "remark", without) == 1
    assert await api.get(ID) == camera(brand={"type": "Property", "value": "Bosch"})
    rows = await api.context.read(
        lambda conn: [row[0] for row in conn.exec_driver_sql("SELECT doc FROM ngsi_documents")]
    )
    assert rows
    assert not any(b"CANARY" in row for row in rows)
    # and it may be written anew
    await api("POST", ID + "/attrs", {"remark": {"value": "new"}}, status=204)
    assert (await api.get(ID))["remark"]["value"] == "new"
