"""What is about the storage itself: keys, copies, a store that is out of reach, several who write."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from deltalake.exceptions import CommitFailedError
from tests.lake.buckets import SECRET, Objects, bucket_at, options, paused, serving
from tests.lake.conftest import World, reading
from tests.lake.lakes import NOW, flow, job, stored
from tests.lake.lakes import reading as one_reading

from tocsin.app.hosting import Place
from tocsin.app.lakes import lake_home
from tocsin.kernel.errors import Misconfigured, TooLarge, Unavailable
from tocsin.lake import stage as stage_module
from tocsin.lake.bucket import Bucket, table_folder
from tocsin.lake.rows import Rows, micros
from tocsin.lake.shelf import Shelf
from tocsin.lake.sql import sandbox
from tocsin.settings import Lake, Settings


def home(state: Path, **given: object) -> Bucket:
    found = lake_home(Place(state, "live", Settings(lake=replace(Lake(url="s3://city/lake"), **given))))  # type: ignore[arg-type]
    assert isinstance(found, Bucket)
    return found


def test_settings_become_options_and_the_secret_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "s3.secret").write_text(f"{SECRET}\n")
    (tmp_path / "s3.secret").chmod(0o600)
    found = home(tmp_path, endpoint="http://127.0.0.1:9", key_id="k", secret_file="s3.secret", copies_gb=2)
    assert found.options["aws_secret_access_key"] == SECRET
    assert found.options["aws_allow_http"] == "true"
    assert found.most_bytes == 2 * 10**9
    assert SECRET not in repr(found)
    assert "aws_allow_http" not in home(tmp_path, endpoint="https://s3.city.example").options
    elsewhere = Place(tmp_path, "backtest:day", Settings(lake=Lake(url="s3://city/lake")))
    assert str(getattr(lake_home(elsewhere), "url", "")).startswith("s3://city/lake/")
    assert lake_home(Place(tmp_path, "live", Settings())) == tmp_path / "lake"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "https://s3.city.example/bucket"}, "lake.url"),
        ({"url": "s3://key:secret@city"}, "lake.url"),
        ({"endpoint": "s3.city.example"}, "lake.endpoint"),
        ({"endpoint": "https://key:secret@s3.city.example"}, "lake.endpoint"),
        ({"key_id": "k"}, "lake.secret_file"),
        ({"secret_file": "f"}, "lake.key_id"),
        ({"key_id": "k", "secret_file": "none"}, "lake.secret_file"),
        ({"copies_gb": 0}, "lake.copies_gb"),
    ],
)
def test_wrong_settings_name_themselves(tmp_path: Path, given: dict[str, object], field: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        home(tmp_path, **given)
    assert caught.value.field == field


def test_a_lake_in_the_folder_is_not_left_behind_unsaid(tmp_path: Path) -> None:
    stored(tmp_path, flow(1))
    with pytest.raises(Misconfigured, match="on this machine"):
        Shelf.open(Bucket("s3://city/lake", {}, tmp_path, 10**9))


@pytest.mark.real
def test_what_is_refused_says_so_without_the_secret(tmp_path: Path, endpoint: str) -> None:
    good = bucket_at(endpoint)(tmp_path)
    assert isinstance(good, Bucket)
    assert Shelf.open(good) is None, "an empty bucket holds no lake"
    wrong = {**good.options, "aws_secret_access_key": "another"}
    for bad in (replace(good, options=wrong), replace(good, url="s3://no-such-bucket/lake")):
        with pytest.raises(Misconfigured) as caught:
            Shelf.open(bad, create=True)
        assert caught.value.field == "lake.url"
        assert SECRET not in str(caught.value)
        assert "another" not in str(caught.value)


@pytest.mark.real
def test_several_write_at_once_and_no_commit_is_lost(tmp_path: Path, endpoint: str) -> None:
    """Each appends from a view of its own; without a conditional PUT one would replace another."""
    lake = bucket_at(endpoint)(tmp_path)
    stored(lake)

    def write(who: int) -> None:
        shelf = Shelf.open(lake)
        assert shelf is not None
        for n in range(5):
            rows = Rows()
            rows.add(one_reading(100 * who + n, NOW, intensity=1.0), micros(NOW), micros(NOW), "http", n)
            _until_in(shelf, rows, 100 * who + n)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(write, (1, 2, 3)))
    shelf = Shelf.open(lake)
    assert shelf is not None
    assert len(shelf.files()) == 15


def _until_in(shelf: Shelf, rows: Rows, seq: int) -> None:
    """The position is one for all, so their commits really conflict, as those of a second stage would."""
    for _ in range(60):
        try:
            shelf.append(rows.table(), seq)
            return
        except CommitFailedError:
            shelf.refresh()
    raise AssertionError("never in")


@pytest.mark.real
async def test_the_sealed_process_reads_copies_alone(tmp_path: Path, endpoint: str) -> None:
    lake = bucket_at(endpoint)(tmp_path)
    stored(lake, flow(50))
    found = await sandbox.run(job(lake, "SELECT count(*), sum(value) FROM observations"))
    assert found.data == b"[[50,1225.0]]"
    held = list(table_folder(lake).rglob("*.parquet"))
    assert len(held) == 1
    assert not (table_folder(lake) / "_delta_log").exists()


@pytest.mark.real
def test_copies_are_bounded_and_go_with_their_objects(tmp_path: Path, endpoint: str) -> None:
    lake = bucket_at(endpoint)(tmp_path)
    assert isinstance(lake, Bucket)
    shelf = stored(lake, *([one_reading(n, NOW, intensity=float(n))] for n in range(9)))
    size = Path(shelf.files()[0]).stat().st_size
    lake = replace(lake, most_bytes=4 * size, folder=tmp_path / "small")
    small = Shelf.open(lake)
    assert small is not None
    with pytest.raises(TooLarge) as caught:
        small.files()
    assert caught.value.field == "lake.copies_gb"
    names = [path for paths in small.files_of_days(None, None).values() for path in paths]
    small.at_hand(names[:3])
    small.at_hand(names[5:])
    assert len(list(table_folder(lake).rglob("*.parquet"))) <= 4
    assert shelf.compact() == 9
    shelf.sweep(older_h=0)
    small.refresh()
    small.sweep(older_h=0)
    (left,) = [name for name in Objects(lake).all() if name.startswith("day=")]
    assert small.files() == [str(table_folder(lake) / left)]
    assert [str(path) for path in table_folder(lake).rglob("*.parquet")] == small.files()


@pytest.mark.real
def test_what_a_killed_fetch_left_goes_and_what_is_being_fetched_stays(tmp_path: Path, endpoint: str) -> None:
    lake = bucket_at(endpoint)(tmp_path)
    stored(lake)
    folder = table_folder(lake) / "day=2026-11-21"
    folder.mkdir(parents=True, exist_ok=True)
    left, young = folder / ".left", folder / ".young"
    left.touch()
    young.touch()
    yesterday = time.time() - 86_400
    os.utime(left, (yesterday, yesterday))
    Shelf.open(lake, create=True)
    assert (left.exists(), young.exists()) == (False, True)


@pytest.mark.real
@pytest.mark.timeout(180)
async def test_storage_that_is_away_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It stops answering under the stage; all that came meanwhile is stored once when it is back."""
    monkeypatch.setattr(stage_module, "_FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(stage_module, "_LONGEST_PAUSE_S", 0.1)
    folder = tmp_path_factory.mktemp("away")
    quick = {"max_retries": "1", "retry_timeout": "1s", "connect_timeout": "1s", "timeout": "2s"}
    with serving(folder) as endpoint:
        lake = Bucket("s3://city/away", {**options(endpoint), **quick}, tmp_path / "lake", 10**9)
        world = World(tmp_path, lake)
        async with world.running() as stage:
            await world.send([reading(1)])
            await world.settled()
            with paused(folder):
                for n in range(2, 6):
                    await world.send([reading(n), reading(n - 1)])
                async with asyncio.timeout(60):
                    while stage.health().state != "degraded":  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                assert "nothing is lost" in stage.health().words
            await world.settled()
            assert stage.health().state == "working"
        assert await world.counted() == (5, 0, 4)
        assert [p.value for p in await world.points()] == [1.0, 2.0, 3.0, 4.0, 5.0]
        with paused(folder), pytest.raises(Unavailable, match="does not answer"):
            Shelf.open(lake)
