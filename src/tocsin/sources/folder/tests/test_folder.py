"""Files dropped into a folder: each taken once, also over a kill between any two steps."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import msgspec
import pytest

from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.sources.folder.fetch import MOST_AT_ONCE, Fetch
from tocsin.sources.folder.map import read

HERE = Path(__file__).parent
READING = b'{"id":"K-%d","type":"Device","observedAt":"2026-11-22T17:00:00Z","deviceState":"on"}'


def source(folder: Path, *, later_s: float = 10) -> Fetch:
    import time

    return Fetch({"folder": str(folder), "settled_s": 2.0}, now=lambda: time.time() + later_s)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


async def test_the_recorded_file_becomes_the_golden_readings_and_lies_in_done(tmp_path: Path) -> None:
    shutil.copy(HERE / "recorded" / "day.csv", tmp_path)
    got = await source(tmp_path).fetch(None)
    made = [msgspec.to_builtins(read(bytes(item))) for item in got.items]
    assert made == json.loads((HERE / "golden.json").read_text())
    assert names(tmp_path) == ["day.csv"]  # not before it is stored
    assert (await source(tmp_path).fetch(got.cursor)).items == ()
    assert (names(tmp_path), names(tmp_path / "done")) == ([], ["day.csv"])


async def test_each_reading_once_over_pieces_and_kills(tmp_path: Path) -> None:
    lines = [READING % n for n in range(MOST_AT_ONCE + 500)]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    taken: list[bytes] = []
    cursor = None
    for _ in range(3):
        lost = await source(tmp_path).fetch(cursor)  # killed before it was stored: the same comes again
        got = await source(tmp_path).fetch(cursor)
        assert got == lost
        taken += [bytes(item) for item in got.items]
        cursor = got.cursor
    assert taken == lines
    assert names(tmp_path / "done") == ["a.jsonl"]


async def test_a_name_that_comes_again_with_other_content_is_another_file(tmp_path: Path) -> None:
    cursor = None
    for n in range(2):
        (tmp_path / "a.json").write_bytes(b"[" + READING % n + b"]")
        got = await source(tmp_path).fetch(cursor)
        assert len(got.items) == 1
        cursor = got.cursor
        await source(tmp_path).fetch(cursor)
    assert names(tmp_path / "done") == ["a-2.json", "a.json"]


async def test_one_that_is_still_written_waits(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"[" + READING % 1)
    assert (await source(tmp_path, later_s=0).fetch(None)).items == ()
    assert names(tmp_path) == ["a.json"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"PK", "ends in .json"),
        ("a.json", b"[" + READING % 1, "line 1, column"),
        ("a.json", b"", "no JSON list"),
        ("a.json", b"[]", "no reading"),
        ("a.json", b"[" * 100_000, "no JSON list"),
        ("a.json", b"\xff\xfe[\x00]\x00", "not UTF-8 at byte 0"),
        ("a.csv", b"time;count\n1;2\n", "no header of readings"),
        ("a.csv", b"id,type,observedAt,id\n", "no header of readings"),
        ("a.csv", b"id,type,observedAt\na,b\n", "line 2 has 2 columns"),
        ("a.csv", b'id,type,observedAt\na,b,"c\n', "no CSV"),
        ("a.csv", "id,type,observedAt\nå,b,c\n".encode("latin-1"), "not UTF-8"),
        ("a.json", b'["' + b"x" * 1_100_000 + b'"]', "larger than"),
    ],
)
async def test_what_is_no_file_of_readings_fails_with_the_reason_and_holds_nothing_up(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "z.json").write_bytes(READING % 1)
    os.utime(tmp_path / name, (1, 1))
    got = await source(tmp_path).fetch(None)
    assert len(got.items) == 1
    assert names(tmp_path / "failed") == [name, f"{name}.reason.txt"]
    assert words in (tmp_path / "failed" / f"{name}.reason.txt").read_text()


async def test_links_and_hidden_files_are_left_alone(tmp_path: Path) -> None:
    secret = tmp_path.parent / "secret.json"
    secret.write_bytes(READING % 1)
    (tmp_path / "a.json").symlink_to(secret)
    (tmp_path / ".b.json").write_bytes(READING % 2)
    assert (await source(tmp_path).fetch(None)).items == ()
    assert secret.exists()


async def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        await source(tmp_path / "file").fetch(None)
    with pytest.raises(Invalid):
        Fetch({"folder": "readings", "settled_s": 2.0})
