"""A person's readings are gone from every version of the table: nothing of them is found in any byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from deltalake.exceptions import DeltaError
from tests.lake.buckets import HomeOf, Objects
from tests.lake.lakes import NOW, flow, reading, stored

from tocsin.db import Database
from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.lake import repository
from tocsin.lake.bucket import Bucket, Home, table_folder
from tocsin.lake.duck import again_where_files_went
from tocsin.lake.erasure import eraser
from tocsin.lake.erasure.eraser import Eraser
from tocsin.lake.erasure.records import EraseAsked, Erased
from tocsin.lake.ledger import ledger_database
from tocsin.lake.shelf import Shelf

PERSON = "p:0123456789abcdefcafe"
LOCAL = "p~0123456789abcdefcafe"
OTHER = "p:ffffffffffffffffffff"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Database]:
    db = ledger_database(tmp_path)
    yield db
    db.close()


@pytest.fixture
def lake(tmp_path: Path, ledger: Database, home_of: HomeOf) -> Home:
    folder = home_of(tmp_path / "lake")
    shelf = stored(
        folder,
        *([reading(n, NOW, type_name="Camera", licensePlate=PERSON, speed=50.0 + n)] for n in range(9)),
        [reading(20, NOW, type_name="Camera", licensePlate=OTHER, speed=31.0)],
        [reading(30, NOW, type_name="Vehicle", entity=LOCAL, speed=77.0)],
        [reading(31, NOW, type_name="Vehicle", entity="p~other", speed=78.0)],
        flow(20),
    )
    assert shelf.compact() > 0, "earlier versions of the table still hold the rows as well"
    held = [f"urn:ngsi-ld:Vehicle:{LOCAL}", "urn:ngsi-ld:Vehicle:p~other"]
    ledger.write_now(lambda conn: repository.save_newest(conn, dict.fromkeys(held, 1)))
    return folder


def kept(state: Path, lake: Home) -> str:
    """Everything: unpacked Parquet, known to the table or not, and every other file as it is; of a bucket its
    objects, and what was copied from there."""
    if isinstance(lake, Bucket):
        with TemporaryDirectory() as objects:
            for name, data in Objects(lake).all().items():
                target = Path(objects) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            return on_disk(Path(objects)) + on_disk(state)
    return on_disk(state)


def on_disk(state: Path) -> str:
    told = []
    for file in state.rglob("*"):
        if file.suffix == ".parquet" and "_delta_log" not in str(file):
            found = duckdb.connect().execute(
                "SELECT entity, attribute, text, value FROM read_parquet(?)", [str(file)]
            )
            told.append(repr(found.fetchall()))
        elif file.is_file():
            told.append(file.read_bytes().decode("latin-1"))
    return "\n".join(told)


def parquet(lake: Home) -> list[str]:
    if isinstance(lake, Bucket):
        names = list(Objects(lake).all())
    else:
        names = [str(path.relative_to(table_folder(lake))) for path in table_folder(lake).rglob("*")]
    return [name for name in names if name.endswith(".parquet") and not name.startswith("_delta_log")]


def rows(lake: Home) -> set[str]:
    shelf = Shelf.open(lake)
    assert shelf is not None
    found = (
        duckdb.connect()
        .execute("SELECT DISTINCT observation FROM read_parquet(?)", [shelf.files()])
        .fetchall()
    )
    return {str(one) for (one,) in found}


async def erased(lake: Home, ledger: Database, **asked: Any) -> Erased:
    return await Eraser(lake, ledger).erase(
        EraseAsked(**({"texts": [], "entities": [], "locals": []} | asked))
    )


async def test_every_byte_of_a_person_is_gone_and_all_others_stay(
    tmp_path: Path, lake: Home, ledger: Database
) -> None:
    before = kept(tmp_path, lake)
    assert before.count(PERSON) >= 18, "in the files that compaction left as well"
    assert LOCAL in before
    done = await erased(lake, ledger, texts=[PERSON], locals=[LOCAL])
    assert (done.rows, done.readings, done.entities) == (19, 10, 1)
    assert done.searched == len(parquet(lake))
    left = kept(tmp_path, lake)
    assert PERSON not in left
    assert LOCAL not in left
    for n in range(9):
        assert f"{50.0 + n})" not in left, "what was read together with it goes, too"
    assert OTHER in left
    assert "p~other" in left
    assert rows(lake) == {f"o{n}" for n in (*range(20), 20, 31)}, "others under the same id stay"
    again = await erased(lake, ledger, texts=[PERSON], locals=[LOCAL])
    assert (again.rows, again.files) == (0, 0)


async def test_an_entity_by_its_id(tmp_path: Path, lake: Home, ledger: Database) -> None:
    told: list[Any] = []
    one = Eraser(lake, ledger, told.append)
    name = f"urn:ngsi-ld:Vehicle:{LOCAL}"
    done = await one.erase(EraseAsked([], [name], []))
    assert (done.rows, done.entities) == (1, 1)
    assert told == [[name, name]], "the stage must not write its id down again"
    assert LOCAL not in kept(tmp_path, lake)
    assert PERSON in kept(tmp_path, lake)


async def test_readings_are_appended_beside_it(lake: Home, ledger: Database) -> None:
    ended, later = asyncio.Event(), datetime.now(UTC) + timedelta(hours=1)

    async def append() -> int:
        count = 0
        while not ended.is_set():
            count += 1
            more = [reading(1000 + count, NOW, intensity=float(count))]
            while True:
                try:
                    await asyncio.to_thread(stored, lake, more, accepted=later)
                    break
                except DeltaError:  # the stage tries again as well, on the newest version
                    continue
        return count

    async def erase() -> Erased:
        try:
            return await erased(lake, ledger, texts=[PERSON])
        finally:
            ended.set()

    done, count = await asyncio.gather(erase(), append())
    assert done.rows == 18
    assert {f"o{1000 + n}" for n in range(1, count + 1)} <= rows(lake)


async def test_what_names_nobody_is_refused_and_an_empty_lake_has_nothing(
    tmp_path: Path, ledger: Database
) -> None:
    for wrong in ([], [""], ["p:x"] * 10_001):
        with pytest.raises(Invalid):
            await erased(tmp_path / "lake", ledger, texts=wrong)
    assert (await erased(tmp_path / "lake", ledger, texts=["p:x"])).rows == 0


def left_behind(lake: Home) -> Callable[[], None]:
    """A copy of a file that the table knows nothing of; what takes it away."""
    shelf, name = Shelf.open(lake), "day=2026-11-21/left-behind.parquet"
    assert shelf is not None
    data = Path(shelf.files()[0]).read_bytes()
    if isinstance(lake, Bucket):
        Objects(lake).put(name, data)
        return lambda: Objects(lake).delete(name)
    copy = table_folder(lake) / name
    copy.write_bytes(data)
    return copy.unlink


async def test_a_file_that_still_holds_it_is_told(
    lake: Home, ledger: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eraser, "_PAUSE_S", 0.0)
    take_away = left_behind(lake)
    with pytest.raises(Unavailable, match="1 files still hold it"):
        await erased(lake, ledger, texts=[PERSON])
    take_away()
    assert (await erased(lake, ledger, texts=[PERSON])).rows == 0


@pytest.mark.parametrize("name", ["p:' OR 1=1 --", "p:\\", "p:%", "*"])
async def test_a_hostile_name_takes_nothing_else(lake: Home, ledger: Database, name: str) -> None:
    count = len(rows(lake))
    assert (await erased(lake, ledger, texts=[name], entities=[name], locals=[name])).rows == 0
    assert len(rows(lake)) == count


async def test_what_was_on_its_way_into_a_file_goes_as_well(
    lake: Home, ledger: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading that had come in before, and that the stage writes while the erasure runs."""
    whole, rounds = Eraser._search, 0

    def late(self: Eraser, *asked: Any) -> Any:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            stored(lake, [reading(500, NOW, type_name="Camera", licensePlate=PERSON)])
        return whole(self, *asked)

    monkeypatch.setattr(eraser, "_PAUSE_S", 0.0)
    monkeypatch.setattr(Eraser, "_search", late)
    assert (await erased(lake, ledger, texts=[PERSON])).rows == 19
    assert rounds == 2


async def test_whoever_reads_looks_again_where_files_went(tmp_path: Path) -> None:
    lists = [[str(tmp_path / "gone.parquet")], [str(tmp_path / "here.parquet")]]
    duckdb.connect().execute(f"COPY (SELECT 1 AS a) TO '{lists[1][0]}' (FORMAT parquet)")

    def read() -> Any:
        return duckdb.connect().execute("SELECT a FROM read_parquet(?)", [lists.pop(0)]).fetchone()

    assert again_where_files_went(read) == (1,)
    with pytest.raises(duckdb.IOException):
        again_where_files_went(
            lambda: duckdb.connect().execute("SELECT 1 FROM read_parquet('/no/such.parquet')")
        )
