"""Reports through the door: as of a moment, cut to a room, on record, and nobody else kept waiting."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import timedelta

import pytest
from httpx import AsyncClient
from msgspec.structs import replace
from tests.api.door import alert, at, finding, incident
from tests.api.house import House
from tests.api.rooms import at_seat, furnish, program
from tests.api.test_look_back import POLICE_ALONE, WITH_IT, alert_was, incident_was, room

from tocsin.audit import service as audit
from tocsin.bus.codec import encode
from tocsin.db.times import micros
from tocsin.evidence import repository as evidence_rows
from tocsin.evidence.exhibit import Exhibit
from tocsin.incidents import repository as incident_rows
from tocsin.kernel.clock import iso
from tocsin.kernel.decisions import AlertState, IncidentEvent, LogEntry, Task, TaskState
from tocsin.kernel.sharing import Level, Sharing

REPORT = "/api/v1/incidents/INC-001/report"
BRIEF = "/api/v1/incidents/INC-001/brief"
SECRET = "Informer seen at the north exit"


def text(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html.partition("</style>")[2])


async def ask(client: AsyncClient, path: str, seconds: float | None = None, **more: str) -> str:
    params = more | ({} if seconds is None else {"at": iso(at(seconds))})
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return text(answer.text)


async def shift(client: AsyncClient, where: str, since: float, until: float) -> str:
    params = {"since": iso(at(since)), "until": iso(at(until))}
    answer = await client.get(f"/api/v1/rooms/{where}/handover", params=params)
    assert answer.status_code == 200, answer.text
    return text(answer.text)


async def test_a_report_is_the_incident_as_it_stood(door: House) -> None:
    await alert_was(door, 1, (0, {}), (300, {"headline": "Renamed later", "state": AlertState.CONFIRMED}))
    await incident_was(door, 1, (10, {"alerts": ("AL-0001",)}), (400, {"title": "Later title"}))
    async with room(door, "police") as police:
        then, now = await ask(police, REPORT, 100), await ask(police, REPORT)
    assert "Crowd surge" in then
    assert "Renamed later" not in then
    assert "line 1" in then
    assert "line 2" not in then
    assert "Later title" in now
    assert "Renamed later" in now


async def test_a_closed_incident_still_has_its_report(door: House) -> None:
    await incident_was(door, 1, (0, {}), (60, {"state": "closed"}))
    async with room(door, "police") as police:
        assert "closed" in await ask(police, REPORT)


async def test_an_incident_that_was_not_there_yet_has_none(door: House) -> None:
    await incident_was(door, 1, (100, {}))
    async with room(door, "police") as police:
        answer = await police.get(REPORT, params={"at": iso(at(50))})
    assert answer.status_code == 404
    assert answer.json()["field"] == "at"


async def test_a_moment_to_come_is_refused(door: House) -> None:
    await incident_was(door, 1, (0, {}))
    async with room(door, "police") as police:
        later = iso(door.services.clock.now() + timedelta(hours=1))
        assert (await police.get(REPORT, params={"at": later})).status_code == 422


@pytest.mark.parametrize("path", [REPORT, BRIEF])
@pytest.mark.parametrize("form", ["html", "pdf"])
async def test_who_may_not_see_the_incident_gets_not_one_byte(door: House, path: str, form: str) -> None:
    await incident_was(door, 1, (0, {"title": SECRET, "sharing": POLICE_ALONE}))
    async with room(door, "it") as it:
        answer = await it.get(path, params={"format": form})
    assert answer.status_code == 403
    assert SECRET not in answer.text
    refused = [e for e in await entries(door) if e.outcome == "refused"]
    assert [e.object_id for e in refused] == ["INC-001"]


async def test_alerts_closed_to_the_room_are_numbers_in_its_report(door: House) -> None:
    await alert_was(door, 1, (0, {"headline": SECRET, "sharing": POLICE_ALONE}))
    await alert_was(door, 2, (0, {"headline": "Open to all"}))
    members = ("AL-0001", "AL-0002")
    await incident_was(door, 1, (10, {"alerts": members, "sharing": WITH_IT}))
    for path in (REPORT, BRIEF):
        async with room(door, "it") as it:
            theirs = await ask(it, path)
        async with room(door, "police") as police:
            ours = await ask(police, path)
        assert SECRET not in theirs
        assert "1 alert is closed to this room" in theirs
        assert "Open to all" in theirs
        assert SECRET in ours


async def test_a_task_closed_to_the_room_is_not_there_nor_its_lines(door: House) -> None:
    task = Task(
        id="p.x", procedure="p", title=SECRET, words=SECRET, role="operator", state=TaskState.OPEN,
        minutes=5, opened_at=at(0), due_at=at(9), sharing=Sharing("police", Level.OWN),
    )  # fmt: skip
    made = replace(
        incident(1),
        tasks=(task,),
        sharing=WITH_IT,
        log=(LogEntry(1, "task started", "anna", at(1), SECRET, ("p.x",)),),
    )
    event = IncidentEvent("task started", "anna", at(1), made)
    await door.services.ops.write(lambda conn: incident_rows.save(conn, event))
    async with room(door, "it") as it:
        for path in (REPORT, BRIEF):
            assert SECRET not in await ask(it, path)
        assert SECRET not in await shift(it, "it", 0, 600)
    async with room(door, "police") as police:
        assert SECRET in await ask(police, REPORT)


async def test_what_was_shared_later_is_not_in_the_report_of_before(door: House) -> None:
    await incident_was(door, 1, (0, {"sharing": POLICE_ALONE, "title": SECRET}), (200, {"sharing": WITH_IT}))
    async with room(door, "it") as it:
        before = await it.get(REPORT, params={"at": iso(at(100))})
        assert before.status_code == 403
        assert SECRET in await ask(it, REPORT, 300)


async def test_what_was_taken_back_is_shown_as_it_was_and_named_in_the_record(door: House) -> None:
    await incident_was(door, 1, (0, {"sharing": WITH_IT}), (200, {"sharing": POLICE_ALONE}))
    async with room(door, "it") as it:
        assert "INC-001" in await ask(it, REPORT, 100)
        assert (await it.get(REPORT)).status_code == 403
    read = next(e for e in await entries(door) if e.outcome == "done")
    assert read.detail["closed_since"] == "INC-001"


async def entries(door: House) -> list[audit.Entry]:
    found = await door.services.ops.read(lambda conn: audit.find(conn, action="report.read", limit=50)[0])
    return [row.entry for row in found]


async def test_every_reading_is_on_record_with_what_and_of_when(door: House) -> None:
    await furnish(door)
    await incident_was(door, 1, (0, {}))
    async with at_seat(door, "police", "operator") as anna:
        await ask(anna, REPORT, 100)
        await ask(anna, BRIEF)
        await shift(anna, "police", 0, 60)
    kept = await entries(door)
    assert sorted(str(e.detail["what"]) for e in kept) == ["brief", "handover", "report"]
    assert {e.person for e in kept} == {"police-operator"}
    assert {e.organisation for e in kept} == {"police"}
    assert {e.purpose for e in kept} == {"report"}
    assert iso(at(100)) in {str(e.detail["at"]) for e in kept}


async def test_the_sheet_is_that_of_ones_own_room(door: House) -> None:
    await alert_was(door, 1, (10, {"headline": SECRET, "sharing": POLICE_ALONE}))
    await incident_was(door, 1, (10, {"title": SECRET, "sharing": POLICE_ALONE}))
    async with room(door, "police") as police, room(door, "it") as it:
        assert (await shift(police, "police", 0, 600)).count(SECRET) >= 2
        assert SECRET not in await shift(it, "it", 0, 600)
        params = {"since": iso(at(0)), "until": iso(at(600))}
        other = await it.get("/api/v1/rooms/police/handover", params=params)
        assert other.status_code == 403
        assert SECRET not in other.text


async def test_the_sheet_ends_with_its_shift(door: House) -> None:
    await alert_was(door, 1, (10, {}), (900, {"state": AlertState.ACKNOWLEDGED}))
    await alert_was(door, 2, (800, {}))
    await incident_was(door, 1, (10, {}), (700, {"title": "Told after the shift"}))
    async with room(door, "police") as police:
        sheet = await shift(police, "police", 0, 600)
    assert "AL-0001" in sheet
    assert "AL-0002" not in sheet
    assert "Told after the shift" not in sheet
    assert "line 2" not in sheet


@pytest.mark.parametrize(("since", "until"), [(600, 600), (600, 0), (0, 8 * 86_400)])
async def test_what_is_no_shift_is_refused(door: House, since: float, until: float) -> None:
    start = at(0) - timedelta(days=30)
    async with room(door, "police") as police:
        params = {
            "since": iso(start + timedelta(seconds=since)),
            "until": iso(start + timedelta(seconds=until)),
        }
        answer = await police.get("/api/v1/rooms/police/handover", params=params)
    assert answer.status_code == 422
    assert answer.json()["field"] == "since"


async def test_a_page_of_others_words_runs_nothing(door: House) -> None:
    script = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    made = replace(incident(1), title=script, log=(LogEntry(1, "noted", script, at(1), script),))
    event = IncidentEvent("noted", "anna", at(1), made)
    await door.services.ops.write(lambda conn: incident_rows.save(conn, event))
    async with room(door, "police") as police:
        answer = await police.get(REPORT)
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"


async def test_a_pdf_is_a_pdf(door: House) -> None:
    await incident_was(door, 1, (0, {}))
    async with room(door, "police") as police:
        answer = await police.get(BRIEF, params={"format": "pdf"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="INC-001-brief.pdf"'
    assert answer.content.startswith(b"%PDF")


async def test_a_log_of_five_thousand_lines_stalls_nobody(door: House) -> None:
    base = incident(1)

    def event(n: int) -> IncidentEvent:
        line = LogEntry(n, "noted", "anna", at(n), f"line {n}: people move on to the east side of the square")
        return IncidentEvent("noted", "anna", at(n), replace(base, version=n, updated_at=at(n), log=(line,)))

    def fill(conn: incident_rows.Connection) -> None:
        rows = [
            {
                "incident": 1,
                "version": n,
                "at": micros(at(n)),
                "act": "noted",
                "actor": "anna",
                "doc": encode(event(n)),
            }
            for n in range(1, 5000)
        ]
        conn.execute(incident_rows.incident_events.insert(), rows)
        incident_rows.save(conn, event(5000))

    await door.services.ops.write(fill)
    steps: list[float] = []

    async def others() -> None:
        """What the loop's thread computes between two turns of somebody else: seconds of its processor, which
        a busy machine makes no more.
        """
        began = time.thread_time()
        while True:
            await asyncio.sleep(0)
            began, before = time.thread_time(), began
            steps.append(began - before)

    async with room(door, "police") as police:
        others_ask = asyncio.create_task(others())
        pdf = await police.get(REPORT, params={"format": "pdf"})
        html = await police.get(REPORT)
        others_ask.cancel()
    assert pdf.content.startswith(b"%PDF"), pdf.text[:500]
    assert "line 5000:" in html.text
    assert max(steps) < 0.5, f"everybody waited while {max(steps):.2f} s were computed for one"


async def test_figures_of_a_finding_bear_their_unit(door: House) -> None:
    found = finding(1, seen=81.5, unit="2N", limit=75.0, limit_name="night limit")
    await alert_was(door, 1, (0, {"finding": found}))
    await incident_was(door, 1, (10, {"alerts": (alert(1).id,)}))
    async with room(door, "police") as police:
        told = await ask(police, REPORT)
    assert "81.5 dB" in told
    assert "night limit 75 dB" in told


#: by hand, from the meaning of each level: who may see what police shares so
OPEN_TO = {
    Level.OWN: {"police"},
    Level.NAMED: {"police", "it"},
    Level.ALL: {"police", "it", "fire"},
    Level.CITY: {"police", "it", "fire", "hospital"},
}


@pytest.mark.parametrize("level", list(Level))
async def test_every_level_of_sharing_holds_in_every_report(door: House, level: Level) -> None:
    await furnish(door)
    sharing = Sharing("police", level, ("it",) if level is Level.NAMED else ())
    await incident_was(door, 1, (10, {"title": SECRET, "sharing": sharing}))
    # open to everybody, and holding an alert that is not
    await alert_was(door, 1, (10, {"headline": SECRET, "sharing": sharing}))
    wide = Sharing("police", Level.CITY)
    await incident_was(door, 2, (10, {"title": "Open", "alerts": ("AL-0001",), "sharing": wide}))
    shift_of = {"since": iso(at(0)), "until": iso(at(60))}
    for where in OPEN_TO[Level.CITY]:
        may = where in OPEN_TO[level]
        async with door.client(headers=await program(door, where, "read")) as client:
            for path in (REPORT, BRIEF):
                for form in ("html", "pdf"):
                    answer = await client.get(path, params={"format": form})
                    assert (answer.status_code == 200) is may, (where, path, form)
                open_one = await client.get(path.replace("INC-001", "INC-002"))
                assert open_one.status_code == 200
                assert (SECRET in open_one.text) is may, (where, path)
            sheet = await client.get(f"/api/v1/rooms/{where}/handover", params=shift_of)
            assert sheet.status_code == 200, sheet.text
            assert (SECRET in sheet.text) is may, where
            assert "Open" in sheet.text


def exhibit(number: int, **more: object) -> Exhibit:
    given: dict[str, object] = {
        "id": f"EV-{number:04}",
        "version": 1,
        "kind": "picture",
        "media": "image/jpeg",
        "size": 9,
        "sha256": "0",
        "name": SECRET,
        "alert": None,
        "incident": "INC-001",
        "place": None,
        "taken_at": at(5),
        "added_at": at(20),
        "added_by": "anna",
        "source": "person",
        "sharing": POLICE_ALONE,
        "retention": "incident",
        "expires_at": at(1e7),
        "custody": (),
    }
    return Exhibit(**given | more)  # type: ignore[arg-type]


async def test_evidence_is_told_of_by_its_entry_and_only_to_whom_it_is_open(door: House) -> None:
    await incident_was(door, 1, (0, {"sharing": WITH_IT}))
    pieces = [exhibit(1), exhibit(2, sharing=WITH_IT), exhibit(3, sharing=WITH_IT, added_at=at(500))]
    for piece in pieces:
        await door.services.ops.write(
            lambda conn, piece=piece: evidence_rows.save(conn, evidence_rows.Row(piece, None))
        )
    async with room(door, "it") as it:
        theirs = await ask(it, REPORT, 100)
    async with room(door, "police") as police:
        ours = await ask(police, REPORT)
    assert re.findall(r"EV-\d+", theirs) == ["EV-0002"]
    assert "1 piece is closed to this room" in theirs
    assert re.findall(r"EV-\d+", ours) == ["EV-0001", "EV-0002", "EV-0003"]
    assert SECRET not in ours, "its sender's name for it is no part of a report"
