"""``tocsin audit verify`` and ``export``: exit code 1 and the row named, on this machine and on another."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.audit.build import deed
from tests.audit.conftest import Kept
from tests.audit.test_store import tamper
from typer.testing import CliRunner

from tocsin.audit.chain import Mark, Row, follow
from tocsin.audit.keys import signing_key
from tocsin.cli import app

Lines = list[dict[str, Any]]


def tocsin(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["audit", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.fixture
def exported(kept: Kept, tmp_path: Path) -> Path:
    """Rows 1 to 10, a checkpoint after 6, and the export's own row 11."""
    kept.write(1, 6)
    kept.sign()
    kept.write(7, 10)
    out = tmp_path / "record.jsonl"
    code, said = tocsin("export", "--state", kept.state, out)
    assert (code, "11 rows" in said) == (0, True), said
    return out


def test_a_whole_record_is_told_whole(kept: Kept, exported: Path) -> None:
    code, said = tocsin("verify", "--state", kept.state)
    assert code == 0, said
    assert said.startswith("whole: 11 rows up to row 11, signed up to row 11")
    key = kept.state / "keys" / "audit.pub"
    for words in (("verify", exported), ("verify", exported, "--key", key)):
        code, said = tocsin(*words)
        assert code == 0, said
        assert kept.key.public.fingerprint in said
    assert exported.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in exported.read_text()


def test_an_export_overwrites_nothing(kept: Kept, exported: Path) -> None:
    result = CliRunner().invoke(app, ["audit", "export", "--state", str(kept.state), str(exported)])
    assert "already" in str(result.exception)


def test_a_record_that_was_tampered_with_is_named(kept: Kept) -> None:
    kept.write(1, 10)
    kept.sign()
    tamper(kept, "DELETE FROM audit WHERE seq = 4")
    code, said = tocsin("verify", "--state", kept.state)
    assert code == 1
    assert "NOT WHOLE" in said
    assert "dropped: row 4 is missing" in said


def rows_at(lines: Lines) -> int:
    return next(n for n, line in enumerate(lines) if "seq" in line)


def altered(lines: Lines) -> None:
    line = lines[rows_at(lines) + 4]
    line["body"] = line["body"].replace("ann", "bob")


def dropped(lines: Lines) -> None:
    del lines[rows_at(lines) + 4]


def inserted(lines: Lines) -> None:
    at = rows_at(lines) + 4
    made = follow(Mark(4, lines[at - 1]["hash"]), deed(5, person="bob"))
    lines.insert(at, _line(made))


def reordered(lines: Lines) -> None:
    at = rows_at(lines) + 4
    lines[at], lines[at + 1] = lines[at + 1], lines[at]


def truncated(lines: Lines) -> None:
    del lines[rows_at(lines) + 4 :]


def added(lines: Lines) -> None:
    lines.append(_line(follow(Mark(11, lines[-1]["hash"]), deed(12))))


def _line(row: Row) -> dict[str, Any]:
    return {"seq": row.seq, "prev": row.prev, "hash": row.hash, "body": row.body.decode()}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (altered, "altered: row 5 "),
        (dropped, "dropped: row 5 is missing"),
        (inserted, "inserted: a second row is numbered 5"),
        (reordered, "reordered: row 5 stands after row 6"),
        (truncated, "truncated: the chain ends at row 4, but row 11 was signed"),
        (added, "inserted: no signature speaks for rows 12 to 12"),
    ],
)
def test_a_changed_export_is_named(exported: Path, change: Callable[[Lines], None], says: str) -> None:
    lines = [json.loads(line) for line in exported.read_text().splitlines()]
    change(lines)
    exported.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    code, said = tocsin("verify", exported)
    assert code == 1
    assert says in said, said


def test_an_export_cut_in_the_middle_of_a_row_is_named(exported: Path) -> None:
    whole = exported.read_bytes().splitlines(keepends=True)
    exported.write_bytes(b"".join(whole[:-3]) + whole[-3][:70])
    code, said = tocsin("verify", exported)
    assert code == 1
    assert "the row after row 8, is cut or garbled" in said
    assert "truncated: the chain ends at row 8, but row 11 was signed" in said


def test_an_export_cut_anywhere_is_never_whole(exported: Path, tmp_path: Path) -> None:
    text = exported.read_bytes()
    part = tmp_path / "part.jsonl"
    for end in range(0, len(text) - 1, 97):
        part.write_bytes(text[:end])
        assert tocsin("verify", part)[0] == 1, end


def test_a_checkpoint_forged_with_another_key_is_named(kept: Kept, exported: Path, tmp_path: Path) -> None:
    other = signing_key(tmp_path / "other")
    lines = [json.loads(line) for line in exported.read_text().splitlines()]
    at = next(n for n, line in enumerate(lines) if "checkpoint" in line)
    one = lines[at]["checkpoint"]
    forged = other.checkpoint(Mark(one["seq"], one["hash"]), kept.clock.now())
    lines[at] = {"checkpoint": msgspec.to_builtins(forged)}
    exported.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    code, said = tocsin("verify", exported)
    assert code == 1
    assert "forged: the checkpoint of row 6 " in said


def test_a_whole_record_under_another_key_is_told_by_the_known_key(
    kept: Kept, exported: Path, tmp_path: Path
) -> None:
    """Rows, checkpoints and public key all made anew: only who knows the true key can tell."""
    other = signing_key(tmp_path / "other")
    lines = [json.loads(line) for line in exported.read_text().splitlines()]
    rows = [line for line in lines if "seq" in line]
    signed = other.checkpoint(Mark(11, rows[-1]["hash"]), kept.clock.now())
    head = {**lines[0], "key": other.public.text, "fingerprint": other.public.fingerprint}
    made = [head, {"checkpoint": msgspec.to_builtins(signed)}, *rows]
    exported.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in made))
    assert tocsin("verify", exported)[0] == 0
    code, said = tocsin("verify", exported, "--key", kept.state / "keys" / "audit.pub")
    assert code == 1
    assert "carries another key" in said
