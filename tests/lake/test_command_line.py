"""``tocsin lake`` on a state folder whose city does not run."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.lake.lakes import flow, reading, stored
from typer.testing import CliRunner

from tocsin.audit import repository as audit
from tocsin.cli import app
from tocsin.db import Database
from tocsin.db.migrate import upgrade
from tocsin.kernel.errors import TocsinError

pytestmark = pytest.mark.timeout(180)
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    (folder / "layout").touch()
    ops = Database(folder / "ops.db", durable=False, name="ops")
    upgrade(ops)
    ops.close()
    stored(
        folder / "lake",
        flow(10, end=NOW),
        [reading(50, NOW, type_name="Vehicle", entity="p~00112233445566778899", speed=4.0)],
    )
    return folder


def told(state: Path, *words: str) -> Any:
    answer = CliRunner().invoke(app, ["lake", *words, "--state", str(state)])
    if answer.exception and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer


def recorded(state: Path) -> list[tuple[str, str, str]]:
    ops = Database(state / "ops.db", durable=False, name="ops")
    try:
        span = NOW - timedelta(days=1), NOW + timedelta(days=1)
        return ops.read_now(lambda c: [(e.action, e.person, e.reason) for e in audit.between(c, *span)])
    finally:
        ops.close()


def test_query_writes_rows_and_is_recorded(state: Path) -> None:
    sql = "SELECT max(value) AS most FROM observations WHERE attribute = $a"
    answer = told(state, "query", sql, "-p", "a=intensity")
    assert answer.stdout_bytes == b"most\r\n9.0\r\n"
    assert "1 rows" in answer.stderr
    assert "Vehicle.speed" in answer.stderr
    rows = json.loads(told(state, "query", "SELECT 1", "--format", "json").stdout)
    assert rows == [[1]]
    action, person, _ = recorded(state)[-1]
    assert action == "lake.query"
    assert person.startswith("machine:")
    with pytest.raises(TocsinError, match="no table"):
        told(state, "query", "SELECT * FROM '/etc/passwd'")


def test_series_and_schema(state: Path) -> None:
    lines = told(state, "series").stdout.splitlines()
    assert lines[0].startswith("readings\t")
    assert [line.rpartition("\t")[2] for line in lines[1:]] == ["urn:ngsi-ld:ItemFlowObserved:K-01"]
    assert len(told(state, "series", "--reason", "case 7").stdout.splitlines()) == 3
    assert "observations.observed_at" in told(state, "schema").stdout
    assert "no2\tnumber\tGQ\tnitrogen dioxide\tnone\t400 days" in told(
        state, "schema", "--type", "AirQualityObserved"
    ).stdout.replace("\n\n", "\n")


def test_export_then_erase(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.parquet"
    assert "11 rows" in told(state, "export", str(out), "--reason", "for the archive", "--personal").stdout
    gone = json.loads(
        told(state, "erase", "--pseudonym", "p:00112233445566778899", "--reason", "request 3").stdout
    )
    assert (gone["rows"], gone["entities"]) == (1, 1)
    assert any("bus" in line for line in gone["elsewhere"])
    assert [(a, r) for a, _, r in recorded(state)[-2:]] == [
        ("lake.export", "for the archive"),
        ("lake.erase", "request 3"),
    ]


def test_a_folder_without_a_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TocsinError, match="no city"):
        told(tmp_path, "series")
