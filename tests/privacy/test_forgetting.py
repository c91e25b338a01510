"""Scheduled deletion: what is past its term is gone, also from the files; nothing else is; a crash is
made good.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake.exceptions import DeltaError
from tests.privacy.conftest import KNOWN, NOW, At

from tocsin.audit import service as audit
from tocsin.bus.codec import encode
from tocsin.bus.memory import MemoryBus
from tocsin.context import Context, ContextReader
from tocsin.context.forgetting import ContextShelf
from tocsin.db import Database
from tocsin.db.migrate import upgrade
from tocsin.kernel.events import Attribute, Observation, ObservationBatch, Quarantined
from tocsin.kernel.ports import Health, Outgoing
from tocsin.lake.forgetting import LakeShelf, QuarantineShelf
from tocsin.lake.ledger import ledger_database
from tocsin.lake.rows import Rows, micros
from tocsin.lake.shelf import Shelf, table_folder
from tocsin.privacy import repository
from tocsin.privacy.classes import read_classes
from tocsin.privacy.forgetting import Forgetting, Term
from tocsin.privacy.old_keys import OldKeys

DAY = timedelta(days=1)


def observation(n: int, at: datetime, *, type_name: str = "Camera", **values: Any) -> Observation:
    return Observation(
        id=f"o{n}",
        entity=f"urn:ngsi-ld:{type_name}:e{n}",
        type=type_name,
        observed_at=at,
        attributes=tuple(Attribute(name, value) for name, value in values.items()),
        source="cctv",
    )


# lake


def stored(lake: Path, observations: Sequence[Observation]) -> None:
    shelf = Shelf.open(lake, create=True)
    assert shelf is not None
    for seq, one in enumerate(observations, 1):
        rows = Rows()
        rows.add(one, micros(one.observed_at), micros(NOW), "cctv", seq)
        shelf.append(rows.table(), seq)


def rows_of(lake: Path) -> set[tuple[str, str]]:
    """(observation, attribute) of the table as it is now."""
    shelf = Shelf.open(lake)
    assert shelf is not None
    files = [path for paths in shelf.files_of_days(None, None).values() for path in paths]
    found = duckdb.connect().execute("SELECT observation, attribute FROM read_parquet(?)", [files]).fetchall()
    return {(str(o), str(a)) for o, a in found}


def texts_on_disk(lake: Path) -> str:
    """Every text in every file of the folder, old versions too: unpacked Parquet and the log as it is."""
    told = []
    for file in table_folder(lake).rglob("*"):
        if file.suffix == ".parquet" and "_delta_log" not in str(file):
            told.append(
                repr(
                    duckdb.connect()
                    .execute("SELECT entity, attribute, text FROM read_parquet(?)", [str(file)])
                    .fetchall()
                )
            )
        elif file.is_file():
            told.append(file.read_bytes().decode("latin-1"))
    return "\n".join(told)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    folder = tmp_path / "lake"
    stored(
        folder,
        [
            # rule plates: 30 days in the lake; radios: 90
            observation(1, NOW - 31 * DAY, licensePlate="p:canaryone", speed=50.0),
            observation(2, NOW - 29 * DAY, licensePlate="p:canarytwo", speed=51.0),
            observation(3, NOW - 31 * DAY, type_name="Device", macAddress="p:macyoung", rssi=-60.0),
            observation(4, NOW - 91 * DAY, type_name="Device", macAddress="p:macold", name="Gateway 7"),
            # not known: 30 days, where it was made a pseudonym at ingest
            observation(5, NOW - 31 * DAY, remark="p:remark", vendorState="fine"),
            # the id of a vehicle is personal: all of it goes
            observation(6, NOW - 31 * DAY, type_name="Vehicle", speed=33.0),
            observation(7, NOW - 29 * DAY, type_name="Vehicle", speed=34.0),
            observation(8, NOW - 300 * DAY, type_name="ItemFlowObserved", intensity=9.0),
        ],
    )
    return folder


LEFT = {
    ("o1", "speed"), ("o2", "licensePlate"), ("o2", "speed"), ("o3", "macAddress"), ("o3", "rssi"),
    ("o4", "name"),
    ("o5", "vendorState"), ("o7", "speed"), ("o8", "intensity"),
}  # fmt: skip


def forgetting(ops: Database, clock: At, *shelves: Any) -> Forgetting:
    return Forgetting("privacy", ops, shelves, clock=clock)


async def test_expired_rows_are_gone_from_the_files_and_all_others_stay(
    ops: Database, clock: At, lake: Path
) -> None:
    assert "canaryone" in texts_on_disk(lake)
    stage = forgetting(ops, clock, LakeShelf(lake, read_classes(), KNOWN, grace=timedelta(0)))
    done = await stage.once()
    assert stage.health().state == "working", stage.health().words
    assert rows_of(lake) == LEFT
    left = texts_on_disk(lake)
    for gone in ("canaryone", "macold", "p:remark", "Vehicle:e6"):
        assert gone not in left, gone
    for stays in ("canarytwo", "macyoung", "Gateway 7", "Vehicle:e7", "ItemFlowObserved:e8"):
        assert stays in left, stays
    assert {one.rule: one.deleted for one in done} == {"plates": 1, "radios": 1, "default": 1, "vehicles": 1}
    assert await stage.once() == [], "nothing is left to delete, and nothing is told of it"


async def test_the_old_files_stay_for_readers_that_hold_them(ops: Database, clock: At, lake: Path) -> None:
    await forgetting(ops, clock, LakeShelf(lake, read_classes(), KNOWN)).once()
    assert rows_of(lake) == LEFT
    assert "canaryone" in texts_on_disk(lake), "for an hour"


async def test_each_deletion_is_written_down_and_in_the_audit(ops: Database, clock: At, lake: Path) -> None:
    await forgetting(ops, clock, LakeShelf(lake, read_classes(), KNOWN)).once()
    told = ops.read_now(lambda conn: repository.find(conn, store="lake", rule="plates", limit=9, after=None))
    assert [(d.store, d.rule, d.class_, d.purpose, d.due, d.deleted, d.before) for d in told] == [
        ("lake", "plates", "personal", "traffic", 1, 1, NOW - 30 * DAY)
    ]
    found, _ = ops.read_now(lambda conn: audit.find(conn, action="privacy.delete", object_id="plates"))
    assert found[0].entry.detail["deleted"] == "1"
    assert found[0].entry.person == "retention"


async def test_a_store_that_was_full_for_a_moment_is_tidied_soon_and_not_in_an_hour(
    ops: Database, clock: At, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    tidied = Shelf.sweep

    def full(self: Shelf, **_: float) -> int:
        raise DeltaError("Generic LocalFileSystem error: No space left on device (os error 28)")

    async def slept(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 1:
            monkeypatch.setattr(Shelf, "sweep", full)
        elif len(pauses) == 2:
            told.append(stage.health())
            monkeypatch.setattr(Shelf, "sweep", tidied)
        else:
            raise Killed

    told: list[Health] = []
    stage = forgetting(ops, clock, LakeShelf(lake, read_classes(), KNOWN))
    monkeypatch.setattr("tocsin.privacy.forgetting.asyncio.sleep", slept)
    with pytest.raises(Killed):
        await stage.run()
    assert told[0].state == "degraded"
    assert "the disk of the lake is full" in told[0].words
    assert pauses[1] < 60, "the disk may be free again by then"
    assert stage.health().state == "working"
    assert pauses[2] == 3600


class Killed(BaseException):
    """As far as a kill can be played in one process."""


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_in_the_middle_loses_nothing_else_and_is_made_good(
    ops: Database, clock: At, lake: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = LakeShelf(lake, read_classes(), KNOWN, grace=timedelta(0))
    whole = LakeShelf.forget

    async def dies(self: LakeShelf, term: Term) -> int:
        if term.rule == "radios":
            if moment == "after":
                await whole(self, term)
            raise Killed
        return await whole(self, term)

    monkeypatch.setattr(LakeShelf, "forget", dies)
    with pytest.raises(Killed):
        await forgetting(ops, clock, shelf).once()
    begun = ops.read_now(lambda conn: repository.unfinished(conn, "lake"))
    assert [one.rule for one in begun] == ["radios"]
    assert rows_of(lake) >= LEFT, "nothing went that had to stay"
    monkeypatch.undo()
    clock.at += timedelta(minutes=10)
    done = await forgetting(ops, clock, shelf).once()
    assert rows_of(lake) == LEFT
    first = next(one for one in done if one.rule == "radios")
    assert (first.deleted, first.resumed, first.before) == (1, True, NOW - 90 * DAY)
    assert ops.read_now(lambda conn: repository.unfinished(conn, "lake")) == []
    told = ops.read_now(lambda conn: repository.find(conn, store="lake", rule=None, limit=99, after=None))
    assert sorted(one.rule for one in told) == ["default", "plates", "radios", "vehicles"], "each told once"


async def test_a_clock_that_jumps_deletes_nothing(ops: Database, clock: At, lake: Path) -> None:
    stage = forgetting(ops, clock, LakeShelf(lake, read_classes(), KNOWN))
    before = rows_of(lake)
    clock.at += 400 * DAY
    assert await stage.once() == []
    assert rows_of(lake) == before
    assert stage.health().state == "degraded"
    assert "clock" in stage.health().words


async def test_a_store_that_fails_is_said_and_does_not_stop_the_others(
    ops: Database, clock: At, lake: Path
) -> None:
    class Broken:
        name = "broken"

        def terms(self, now: datetime) -> Sequence[Term]:
            raise OSError("no such disk")

    stage = forgetting(ops, clock, Broken(), LakeShelf(lake, read_classes(), KNOWN))
    assert len(await stage.once()) == 4
    assert stage.health().state == "degraded"


# context


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("context.db*"))


class City:
    def __init__(self, folder: Path) -> None:
        self.bus, self.db = MemoryBus(), Database(folder / "context.db", durable=False, name="context")
        upgrade(self.db)
        self.stage = Context(self.bus, self.db, flush_s=0.01)
        self.seq = 0

    async def tell(self, *observations: Observation) -> None:
        batch = ObservationBatch("cctv", NOW, observations)
        self.seq = await self.bus.publish(Outgoing("obs.src.cctv", encode(batch)))
        async with asyncio.timeout(10):
            while self.stage.health().position["OBS"] < self.seq:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def values(self, entity: str) -> dict[str, Any] | None:
        state = await ContextReader(self.db).get(entity)
        return None if state is None else {name: held.value for name, held in state.attributes.items()}


@pytest.fixture
async def city(tmp_path: Path) -> Any:
    made = City(tmp_path)
    running = asyncio.create_task(made.stage.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    made.db.close()


async def test_the_picture_forgets_values_and_a_later_reading_does_not_bring_them_back(
    ops: Database, clock: At, city: City, tmp_path: Path
) -> None:
    camera, vehicle = "urn:ngsi-ld:Camera:e1", "urn:ngsi-ld:Vehicle:e2"
    await city.tell(
        # rule plates: a day in the context; radios: 30
        observation(
            1, NOW - 2 * DAY, licensePlate="p:canaryone", macAddress="p:young", status="on", remark="known"
        ),
        observation(2, NOW - 2 * DAY, type_name="Vehicle", speed=3.0),
        observation(3, NOW - DAY / 2, licensePlate="p:canarythree"),
    )
    done = await forgetting(ops, clock, ContextShelf(city.stage, read_classes(), KNOWN)).once()
    assert {one.rule: one.deleted for one in done} == {"plates": 1, "vehicles": 1}
    assert await city.values(camera) == {"macAddress": "p:young", "status": "on", "remark": "known"}
    assert await city.values(vehicle) is None
    assert await city.values("urn:ngsi-ld:Camera:e3") == {"licensePlate": "p:canarythree"}
    # the stage holds states in memory: a write after the deletion must not restore what went
    await city.tell(observation(1, NOW, status="dark"), observation(2, NOW, type_name="Vehicle", speed=4.0))
    assert await city.values(camera) == {"macAddress": "p:young", "status": "dark", "remark": "known"}
    assert await city.values(vehicle) == {"speed": 4.0}
    found, _ = await ContextReader(city.db).query(attribute="licensePlate")
    assert [state.id for state in found] == ["urn:ngsi-ld:Camera:e3"], "the index forgets as well"
    in_files = city.db.path is not None
    city.db.close()
    if in_files:
        left = bytes_of(tmp_path)
        assert b"canaryone" not in left
        assert b"canarythree" in left


# quarantine and keys


async def test_raw_bytes_and_keys_go_at_their_time(
    ops: Database, clock: At, keys: Any, tmp_path: Path
) -> None:
    from tocsin.lake import repository as ledger_rows

    ledger = ledger_database(tmp_path)

    def held(conn: Any) -> None:
        for n, days in ((1, 15), (2, 13)):
            item = Quarantined(f"bad-{n}", b"sealed", "not JSON", "json")
            ledger_rows.hold(conn, "cctv", micros(NOW - days * DAY), [item])

    ledger.write_now(held)
    own = keys()
    own.key("traffic", NOW - 60 * DAY, NOW - 60 * DAY)  # September: over on 1 October, gone from 8 October
    own.key("traffic", NOW, NOW)
    done = await forgetting(
        ops, clock, QuarantineShelf(ledger, 14), OldKeys("pseudonym keys", own, "Key")
    ).once()
    assert [(one.store, one.rule, one.deleted) for one in done] == [
        ("quarantine", "quarantine", 1),
        ("pseudonym keys", "traffic@2026-09", 1),
    ]
    assert ledger.read_now(lambda conn: ledger_rows.find(conn, "bad-1")) is None
    assert ledger.read_now(lambda conn: ledger_rows.find(conn, "bad-2")) is not None
    assert [key.period for key in own.all()] == ["2026-11"]
    ledger.close()
