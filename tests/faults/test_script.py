"""Script in every text field of the API: kept as text, given back as text, or refused; never markup.

The table is by hand, one line a field, and must name every text field of the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from httpx import AsyncClient, Response
from tests.api.house import House
from tests.api.rooms import at_seat, furnish, program
from tests.api.test_proposals import city, proposed, raise_on_square

from tocsin.api.app import skeleton
from tocsin.api.openapi import document
from tocsin.audit import repository as audit
from tocsin.audit.chain import read

IN = "/api/v1/incidents/INC-001"
TASK = f"{IN}/tasks/crowd-surge."
WINDOW = "/api/v1/maintenance/MW-0001"
LATER, LATEST = ((datetime.now(UTC) + timedelta(hours=h)).isoformat() for h in (1, 2))


def script(field: str) -> str:
    """Different for each field, so that it can be told where it came from."""
    return f"<script>alert('{field}')</script><img src=x onerror=alert(1)>"


# field -> method, path and the body around it, in an order in which each can be done. ``@`` is the script.
KEPT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "add_organisation.title": ("POST", "/api/v1/organisations", {"id": "new-room", "title": "@"}),
    "create_token.name": ("POST", "/api/v1/tokens", {"name": "@", "scopes": ["read"]}),
    "create_device.title": ("POST", "/api/v1/devices", {"id": "cam-1", "title": "@"}),
    "open_incident.title": ("POST", "/api/v1/incidents", {"title": "@", "alerts": ["AL-0001"]}),
    "act_on_alert.reason": ("POST", "/api/v1/alerts/AL-0001/confirm", {"reason": "@"}),
    "share_alert.reason": ("POST", "/api/v1/alerts/AL-0001/share", {"level": "city group", "reason": "@"}),
    "share_incident.reason": ("POST", f"{IN}/share", {"level": "city group", "reason": "@"}),
    "note_on_incident.words": ("POST", f"{IN}/notes", {"words": "@"}),
    "set_incident_severity.reason": ("PUT", f"{IN}/severity", {"severity": "critical", "reason": "@"}),
    "ask_for_advice.reason": (
        "POST",
        f"{IN}/advice",
        {"tool": "none", "request": {"threats": []}, "reason": "@"},
    ),
    "close_incident.words": ("POST", f"{IN}/close", {"outcome": "handled", "words": "@"}),
    "reopen_incident.reason": ("POST", f"{IN}/reopen", {"reason": "@"}),
    "hand_over_incident.reason": ("POST", f"{IN}/hand-over", {"to": "it", "reason": "@"}),
}
#: what is no free text: an id, a name, a list of ids. Refused with the field named.
REFUSED = {
    "create_token.organisation": (
        "POST",
        "/api/v1/tokens",
        {"name": "x", "scopes": ["read"], "organisation": "@"},
    ),
    "add_organisation.id": ("POST", "/api/v1/organisations", {"id": "@", "title": "x"}),
    "add_person.name": ("POST", "/api/v1/people", {"name": "@", "organisation": "it", "role": "operator"}),
    "add_person.organisation": (
        "POST",
        "/api/v1/people",
        {"name": "a", "organisation": "@", "role": "cyber"},
    ),
    "add_person.role": ("POST", "/api/v1/people", {"name": "a", "organisation": "it", "role": "@"}),
    "sign_in.user": ("POST", "/api/v1/session", {"user": "@", "password": "x"}),
    "sign_in.password": ("POST", "/api/v1/session", {"user": "x", "password": "@"}),
    "take_seat.organisation": ("PUT", "/api/v1/session/organisation", {"organisation": "@"}),
    "create_device.id": ("POST", "/api/v1/devices", {"id": "@", "title": "x"}),
    "create_edge.id": ("POST", "/api/v1/edges", {"id": "@"}),
    "open_incident.alerts[]": ("POST", "/api/v1/incidents", {"title": "x", "alerts": ["@"]}),
    "add_alerts_to_incident.alerts[]": ("POST", f"{IN}/alerts", {"alerts": ["@"]}),
    "share_alert.rooms[]": ("POST", "/api/v1/alerts/AL-0001/share", {"level": "named rooms", "rooms": ["@"]}),
    "share_incident.rooms[]": ("POST", f"{IN}/share", {"level": "named rooms", "rooms": ["@"]}),
    "hand_over_alert.to": ("POST", "/api/v1/alerts/AL-0001/hand-over", {"to": "@", "reason": "x"}),
    "hand_over_incident.to": ("POST", f"{IN}/hand-over", {"to": "@", "reason": "x"}),
    "request_access.id": ("POST", "/api/v1/access-requests", {"kind": "alert", "id": "@", "reason": "x"}),
    "start_procedure.procedure": ("POST", f"{IN}/procedure", {"procedure": "@"}),
    "merge_incidents.incidents[]": ("POST", f"{IN}/merge", {"incidents": ["@"], "reason": "x"}),
    "split_incident.alerts[]": ("POST", f"{IN}/split", {"title": "x", "alerts": ["@"], "reason": "x"}),
    "ask_for_advice.tool": ("POST", f"{IN}/advice", {"tool": "@", "request": {}}),
    "ask_what_if.tool": ("POST", "/api/v1/what-if", {"tool": "@", "request": {}}),
    "link_incident.incident": ("POST", f"{IN}/links", {"incident": "@", "words": "x"}),
}


def filled(body: dict[str, Any], words: str) -> dict[str, Any]:
    return {
        name: [words] if value == ["@"] else words if value == "@" else value for name, value in body.items()
    }


def plain(answer: Response) -> None:
    """No browser can take this answer for a page."""
    assert answer.headers["content-type"] in ("application/json", "application/problem+json"), answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


async def crawl(client: AsyncClient) -> set[str]:
    """Every text that any list or view of the API gives back."""
    found: set[str] = set()
    for path in (
        "alerts?state=all", "alerts/AL-0001", "alerts/AL-0001/events", "incidents?state=all",
        "incidents/INC-001", "organisations", "tokens", "devices", "people", "search?q=script",
    ):  # fmt: skip
        answer = await client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, (path, answer.text)
        plain(answer)
        found |= set(strings(answer.json()))
    return found


async def test_kept_as_text(door: House) -> None:
    await furnish(door)
    async with city(door) as (client, screen):
        hostile = script("finding.headline")
        assert await raise_on_square(door, screen, 1, headline=hostile, words=hostile) == "AL-0001"
        for field, (method, path, body) in KEPT.items():
            answer = await client.request(method, path, json=filled(body, script(field)))
            assert answer.status_code < 300, (field, answer.text)
            plain(answer)
        texts = await crawl(client)
        for field in ("finding.headline", *KEPT):
            # a log line may say more around it, and nothing of it is changed
            assert any(script(field) in text for text in texts), field
        rows = await door.services.ops.read(lambda conn: [read(row.body) for row, _ in audit.stored(conn)])
        reasons = {row.reason for row in rows}
        assert script("act_on_alert.reason") in reasons, "the record has it as it was said"


async def test_refused_by_name(door: House) -> None:
    await furnish(door)
    async with city(door) as (client, screen):
        await raise_on_square(door, screen, 1)
        await client.post("/api/v1/incidents", json={"title": "Square", "alerts": ["AL-0001"]})
        before = await crawl(client)
        for field, (method, path, body) in REFUSED.items():
            answer = await client.request(method, path, json=filled(body, script(field)))
            assert 400 <= answer.status_code < 500, (field, answer.text)
            plain(answer)
        after = await crawl(client)
        assert not [text for text in after - before if "<script>" in text]


async def test_names_in_addresses_come_back_as_text(door: House) -> None:
    async with door.signed_in() as client:
        tried = 0
        for path, operations in document(skeleton())["paths"].items():
            if "{" not in path:
                continue
            address = path
            while "{" in address:
                head, _, rest = address.partition("{")
                address = f"{head}%3Cscript%3Ealert(1)%3C%2Fscript%3E{rest.partition('}')[2]}"
            for method in operations:
                answer = await client.request(method, address, content=b"{}")
                assert 400 <= answer.status_code < 500, (method, address, answer.text)
                plain(answer)
                tried += 1
        assert tried > 30


#: reasons and words like those in the table, told of below; what holds for one holds for its kind
ALIKE = {
    "share_task.rooms[]", "share_task.reason", "hand_over_alert.reason", "decline_alert.reason",
    "decline_incident.reason", "request_access.reason", "grant_access.reason", "refuse_access.reason",
    "start_task.reason", "answer_task.answer", "answer_task.reason", "finish_task.reason",
    "skip_task.reason", "undo_task.reason", "accept_proposal.title", "decline_proposal.reason",
    "merge_incidents.reason", "unmerge_incident.reason", "split_incident.title", "split_incident.reason",
    "link_incident.words", "set_incident_detection.reason", "act_on_several.items[].id",
    "act_on_several.words", "sign_in.organisation", "sign_in.code", "begin_second_factor.password",
    "confirm_second_factor.code", "end_second_factor.code", "end_second_factor.password",
    "plan_maintenance.area.name", "plan_maintenance.entities[]", "plan_maintenance.kind",
    "plan_maintenance.tool", "plan_maintenance.reason", "change_maintenance.reason",
    "end_maintenance.reason", "publish_counts.type",
    # evidence: tests/api/test_evidence.py, which keeps some
    "open_evidence.reason", "unblur_evidence.reason", "hold_evidence.reason", "erase_evidence.reason",
    "share_evidence.reason", "share_evidence.rooms[]",
    # text that goes out is only what was composed: tests/notify/test_warnings.py, tests/cap
    "compose_warning.incident", "submit_warning.approver", "refuse_warning.reason",
    *(
        f"{act}_warning.content.{field}"
        for act in ("compose", "change", "update", "cancel")
        for field in ("area.name", "template", *(f"texts[].{name}" for name in (
            "language", "event", "headline", "description", "instruction")))
    ),
    # advice and spaces: tests/api/test_advice.py, tests/api/test_spaces.py
    "ask_for_advice.key", "accept_advice.reason", "decline_advice.reason", "save_plan.name",
    "save_plan.tool", "read_space.id", "read_space.name", "read_space.text",
    *(
        f"{act}.space.{field}"
        for act in ("keep_space", "check_space")
        for field in ("id", "name", "zones[].id", "zones[].name", *(
            f"ways[].{name}" for name in ("id", "name", "leads_to", "width_source")))
    ),
    # boards: tests/boards/test_files.py, tests/api/test_boards.py
    *(
        f"{act}.board.{field}"
        for act in ("save_board", "set_room_board")
        for field in ("id", "title", "words", "panels[].id", "panels[].title", "panels[].shows")
    ),
    # messages: tests/notify/delivery/test_channels.py, tests/api/test_notifications.py
    "add_webhook.organisation", "add_webhook.title", "add_webhook.url", "confirm_address.code",
    "add_browser.endpoint", "add_browser.p256dh", "add_browser.auth", "save_my_notifications.email",
    "save_my_notifications.quiet.start", "save_my_notifications.quiet.end",
    "save_my_notifications.quiet.zone",
    # the field: what a task keeps is kept by the same commands; tests/api/test_field_pictures.py
    "send_task.to", "send_task.picture", "send_task.place.name", "answer_field_task.key",
    "answer_field_task.answer", "answer_field_task.reason",
    # names that are looked for and never shown: tests/api/test_lake.py
    "erase_from_lake.identifier", "erase_from_lake.pseudonym", "erase_from_lake.entity",
    "erase_from_lake.reason", "query_lake.sql", "query_lake.as_of", "query_lake.reason",
    # kept as written, a name in a list and SQL in a text area: tests/api/test_lake_queries.py
    "save_lake_query.name", "save_lake_query.sql", "change_lake_query.name", "change_lake_query.sql",
    # series that are looked for, and the name of what is kept: tests/api/test_analytics.py
    *(
        f"{path}.{field}"
        for path in ("analyse_series", "keep_analysis.analysis")
        for field in ("series[].entity", "series[].attribute", "holidays", "as_of", "start", "end", "reason")
    ),
    "keep_analysis.name",
    # readings and mappings: tests/system/test_bad_input.py, tests/normalise
    "ingest_json.[].id", "ingest_json.[].type", "ingest_json.[].name",
}  # fmt: skip


async def test_alike_fields(door: House) -> None:
    """Whatever a call makes of it: no defect, and the answer is text."""
    await furnish(door)
    async with (
        city(door) as (client, screen),
        at_seat(door, "it", "operator") as it,
        door.client(headers=await program(door, "it", "act")) as machine,
    ):
        pair = [await raise_on_square(door, screen, number) for number in (1, 2)]
        proposal = (await proposed(client, *pair))["id"]
        await client.post("/api/v1/incidents", json={"title": "Square", "alerts": pair[:1]})
        await client.post(f"{IN}/procedure", json={"procedure": "crowd-surge"})
        tried = 0
        for contract_path, method, body in (
            (f"{IN}/hand-over", "POST", {"to": "it", "reason": "@"}),
            ("/api/v1/session/second-factor", "POST", {"password": "@"}),
            ("/api/v1/session/second-factor/confirm", "POST", {"code": "@"}),
            ("/api/v1/session/second-factor/off", "POST", {"password": "@", "code": "@"}),
            ("/api/v1/maintenance", "POST", {"kind": "@", "end": LATER, "reason": "x"}),
            ("/api/v1/maintenance", "POST", {"tool": "@", "end": LATER, "reason": "x"}),
            ("/api/v1/maintenance", "POST", {"entities": ["@"], "end": LATER, "reason": "@"}),
            (f"{WINDOW}/change", "POST", {"end": LATEST, "reason": "@"}),
            (f"{WINDOW}/end", "POST", {"reason": "@"}),
            (f"{IN}/keep", "POST", {"reason": "@"}),
            ("/api/v1/access-requests", "POST", {"kind": "incident", "id": "INC-001", "reason": "@"}),
            ("/api/v1/access-requests/AR-0001/grant", "POST", {"reason": "@"}),
            ("/api/v1/access-requests/AR-0001/refuse", "POST", {"reason": "@"}),
            (f"{IN}/split", "POST", {"title": "@", "alerts": pair[:1], "reason": "@"}),
            (f"{IN}/links", "POST", {"incident": "INC-002", "words": "@"}),
            (f"{IN}/merge", "POST", {"incidents": ["INC-002"], "reason": "@"}),
            (f"{IN}/unmerge", "POST", {"reason": "@"}),
            (f"{IN}/detection", "PUT", {"at": "2026-11-21T16:00:00Z", "reason": "@"}),
            (f"/api/v1/proposals/{proposal}/accept", "POST", {"title": "@"}),
            (f"/api/v1/proposals/{proposal}/decline", "POST", {"reason": "@"}),
            ("/api/v1/bulk/close", "POST", {"items": [{"id": pair[1]}], "words": "@"}),
            *((f"{TASK}look/{act}", "POST", {"reason": "@"}) for act in ("start", "done", "skip", "undo")),
        ):
            for caller in (client, it, machine):
                answer = await caller.request(method, contract_path, json=filled(body, script(contract_path)))
                assert answer.status_code < 500, answer.text
                plain(answer)
                tried += 1
        assert tried == 25 * 3
        await crawl(client)


def _text_fields() -> set[str]:
    made = document(skeleton())
    named = made["components"]["schemas"]

    def below(shape: dict[str, Any], path: str) -> Iterator[str]:
        while "$ref" in shape:
            shape = named[shape["$ref"].rsplit("/", 1)[1]]
        for one in shape.get("anyOf", []):
            yield from below(one, path)
        if shape.get("type") == "string" and not {"enum", "format"} & shape.keys():
            yield path
        for name, one in shape.get("properties", {}).items():
            yield from below(one, f"{path}.{name}")
        if shape.get("type") == "array" and isinstance(shape.get("items"), dict):
            yield from below(shape["items"], f"{path}[]" if "." in path else f"{path}.[]")

    found: set[str] = set()
    for operations in made["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                found |= set(below(content["application/json"]["schema"], operation["operationId"]))
    return found


def test_the_table_names_every_text_field() -> None:
    fields = _text_fields()
    assert len(fields) > 40
    assert fields == set(KEPT) | set(REFUSED) | ALIKE
    assert not set(KEPT) & set(REFUSED)
    assert msgspec.json.decode(msgspec.json.encode(script("x"))) == script("x")
