"""The disk fills while decisions are recorded: what was answered is there, whole, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.api.door import alert as made_alert
from tests.api.door import at
from tests.api.house import House

from tocsin.alerts import repository as alerts
from tocsin.alerts.episodes import Memory
from tocsin.app import searching
from tocsin.audit import repository as audit
from tocsin.audit.keys import signing_key
from tocsin.audit.verify import judge
from tocsin.db import Connection
from tocsin.kernel.decisions import AlertEvent

_PAGES = 24


def full(conn: Connection) -> None:
    """From now on the file may grow by a few pages, as on a disk that is almost full."""
    pages = int(conn.exec_driver_sql("PRAGMA page_count").scalar_one())
    conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + _PAGES}")


def free(conn: Connection) -> None:
    conn.exec_driver_sql("PRAGMA max_page_count = 1000000")


@pytest.mark.sqlite
async def test_nothing_acknowledged_is_lost(door: House, tmp_path: Path) -> None:
    ops = door.services.ops

    def store(conn: Connection) -> None:
        row = alerts.Row(1, made_alert(1), Memory((), ()))
        alerts.save(conn, [row], [AlertEvent("raised", "alerts", at(0), made_alert(1))])

    await ops.write(store)
    async with door.signed_in() as client:
        opened = await client.post("/api/v1/incidents", json={"title": "Square", "alerts": ["AL-0001"]})
        path = f"/api/v1/incidents/{opened.json()['id']}"
        await ops.write(full)
        acknowledged, refused = [], 0
        for number in range(400):
            words = f"note {number} " + "x" * 900
            answer = await client.post(f"{path}/notes", json={"words": words})
            if answer.status_code == 200:
                acknowledged.append(words)
                continue
            assert answer.status_code == 503, answer.text
            assert "no room" in answer.json()["detail"]
            refused += 1
            if refused == 5:
                break
        assert acknowledged, "it was not full from the beginning"
        assert refused == 5, "it never became full"
        now = (await client.get(path)).json()
        assert [line["words"] for line in now["log"] if line["act"] == "noted"] == acknowledged

        await ops.write(free)
        answer = await client.post(f"{path}/notes", json={"words": "there is room again"})
        assert answer.status_code == 200
    rows = await ops.read(lambda conn: [row for row, _ in audit.stored(conn)])
    verdict = judge(rows, [], signing_key(tmp_path).public)
    assert verdict.whole, verdict.faults
    noted = [row for row in rows if b'"incident.note"' in row.body]
    assert len(noted) == len(acknowledged) + 1, "one row a decision that holds, none for a refused one"
    assert await ops.read(searching.differing) == []
