"""Who gets in where: every endpoint x every kind of caller, from a table written by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import APIRouter
from tests.api.house import House

from tocsin.api.app import build, require_contracts, skeleton
from tocsin.api.endpoint import Contract
from tocsin.api.openapi import contracts, document
from tocsin.kernel.errors import Misconfigured

# what each endpoint asks for
NEEDS = {
    "sign_in": "public",
    "get_session": "self",
    "sign_out": "self",
    "list_sessions": "self",
    "revoke_session": "self",
    "take_seat": "self",
    "choose_language": "self",
    "get_ways_in": "public",
    "start_at_provider": "public",
    "finish_at_provider": "public",
    "get_second_factor": "self",
    "begin_second_factor": "self",
    "confirm_second_factor": "self",
    "end_second_factor": "self",
    "reset_second_factor": "administer",
    "list_organisations": "self",
    "add_organisation": "administer",
    "remove_organisation": "administer",
    "list_people": "administer",
    "list_all_sessions": "administer",
    "end_session": "administer",
    "get_organisation_remains": "administer",
    "add_person": "administer",
    "reset_password": "administer",
    "disable_person": "administer",
    "enable_person": "administer",
    "list_grants": "administer",
    "grant_role": "administer",
    "revoke_role": "administer",
    "list_tokens": "administer",
    "create_token": "administer",
    "revoke_token": "administer",
    "get_status": "see",
    "list_tools": "see",
    "get_tool": "see",
    "list_entities": "see",
    "get_entity": "see",
    "get_history": "see",
    "count_history": "see",
    "get_series": "see",
    "get_past_picture": "see",
    "search": "see",
    "list_subscriptions": "see",
    "get_subscription": "see",
    "pause_subscription": "ingest",
    "resume_subscription": "ingest",
    "replay_subscription": "ingest",
    "list_alerts": "see",
    "get_alert": "see",
    "get_alarm_load": "see",
    "list_alert_events": "see",
    "act_on_alert": "act",
    "get_alarm_figures": "see",
    "get_tool_record": "see",
    "list_maintenance": "see",
    "get_maintenance": "see",
    "list_maintenance_alerts": "see",
    "plan_maintenance": "act",
    "change_maintenance": "act",
    "end_maintenance": "act",
    "list_incidents": "see",
    "get_incident": "see",
    "open_incident": "act",
    "add_alerts_to_incident": "act",
    "remove_alert_from_incident": "act",
    "note_on_incident": "act",
    "close_incident": "act",
    "reopen_incident": "act",
    "list_procedures": "see",
    "list_procedure_words": "see",
    "list_fitting_procedures": "see",
    "start_procedure": "act",
    "start_task": "see",
    "tick_task": "see",
    "answer_task": "see",
    "finish_task": "see",
    "skip_task": "see",
    "undo_task": "see",
    "list_incident_advice": "see",
    "ask_for_advice": "act",
    "get_advice": "see",
    "get_advice_answer": "see",
    "list_advice_events": "see",
    "accept_advice": "act",
    "decline_advice": "act",
    "withdraw_advice": "act",
    "ask_what_if": "see",
    "list_plans": "see",
    "save_plan": "plan",
    "get_plan": "see",
    "drop_plan": "plan",
    "list_spaces": "see",
    "read_space": "see",
    "check_space": "see",
    "get_space": "see",
    "list_space_versions": "see",
    "export_space": "see",
    "export_space_wkt": "see",
    "keep_space": "plan",
    "put_space_away": "plan",
    "list_proposals": "see",
    "get_proposal": "see",
    "list_proposal_events": "see",
    "accept_proposal": "act",
    "decline_proposal": "act",
    "merge_incidents": "act",
    "unmerge_incident": "act",
    "split_incident": "act",
    "link_incident": "act",
    "unlink_incident": "act",
    "set_incident_severity": "act",
    "set_incident_detection": "act",
    "get_response_figures": "see",
    "act_on_several": "act",
    "share_alert": "act",
    "share_incident": "act",
    "share_task": "act",
    "hand_over_alert": "act",
    "hand_over_incident": "act",
    "take_over_alert": "act",
    "take_over_incident": "act",
    "decline_alert": "act",
    "decline_incident": "act",
    "list_access_requests": "see",
    "request_access": "see",
    "grant_access": "act",
    "refuse_access": "act",
    "list_alert_evidence": "see",
    "list_incident_evidence": "see",
    "add_alert_evidence": "act",
    "add_incident_evidence": "act",
    "get_incident_report": "see",
    "get_incident_brief": "see",
    "get_handover": "see",
    "get_plan_sheet": "see",
    "get_public_page": "public",
    "get_public_page_in": "public",
    "get_public_file": "public",
    "get_evidence": "see",
    "get_evidence_picture": "see",
    "unblur_evidence": "act",
    "open_evidence": "act",
    "list_evidence_reads": "see",
    "share_evidence": "act",
    "hold_evidence": "see",
    "erase_evidence": "see",
    "list_quarantine": "see",
    "read_quarantined": "act",
    "retry_quarantined": "act",
    "discard_quarantined": "act",
    "list_devices": "see",
    "list_edges": "see",
    "create_edge": "administer",
    "revoke_edge": "administer",
    "create_device": "administer",
    "revoke_device": "administer",
    "save_mapping": "ingest",
    "ingest_mapped": "ingest",
    "ingest_json": "ingest",
    "ingest_ngsi_ld": "ingest",
    "ingest_ngsi_v2": "ingest",
    "live": "see",
    "healthz": "public",
    "metrics": "public",
    "openapi": "public",
    "list_audit": "oversee",
    "get_audit_figures": "oversee",
    "get_verification": "oversee",
    "verify_audit": "oversee",
    "export_audit": "oversee",
    "get_register": "see",
    "list_deletions": "see",
    "list_counts": "see",
    "publish_counts": "oversee",
    "list_budgets": "see",
    "list_boards": "self",
    "list_board_panels": "self",
    "get_board": "self",
    "save_board": "self",
    "reset_board": "self",
    "export_board": "self",
    "import_board": "self",
    "set_room_board": "self",
    "clear_room_board": "self",
    "get_my_notifications": "self",
    "save_my_notifications": "self",
    "confirm_address": "self",
    "send_test_message": "self",
    "add_browser": "self",
    "remove_browser": "self",
    "get_notify_overview": "administer",
    "list_messages": "administer",
    "send_message_again": "administer",
    "list_webhooks": "administer",
    "add_webhook": "administer",
    "rotate_webhook_secret": "administer",
    "switch_webhook_on": "administer",
    "test_webhook": "administer",
    "remove_webhook": "administer",
    "list_field_tasks": "self",
    "answer_field_task": "self",
    "add_field_evidence": "self",
    "get_field_picture": "self",
    "give_field_consent": "self",
    "end_field_consent": "self",
    "send_field_position": "self",
    "list_responders": "act",
    "send_task": "act",
    "list_field_positions": "act",
    "list_warnings": "see",
    "compose_warning": "act",
    "get_warning_desk": "see",
    "list_warnings_in_force": "see",
    "get_warning": "see",
    "check_warning": "see",
    "get_warning_document": "see",
    "change_warning": "act",
    "submit_warning": "act",
    "take_back_warning": "act",
    "withdraw_warning": "act",
    "approve_warning": "act",
    "refuse_warning": "act",
    "update_warning": "act",
    "cancel_warning": "act",
    "cap_feed": "public",
    "cap_certificate": "public",
    "cap_document": "public",
    "query_lake": "analyse",
    "get_lake_schema": "analyse",
    "list_lake_series": "analyse",
    "erase_from_lake": "oversee",
    "list_lake_queries": "analyse",
    "save_lake_query": "analyse",
    "get_lake_query": "analyse",
    "change_lake_query": "analyse",
    "delete_lake_query": "analyse",
    "get_catalogue": "public",
    "analyse_series": "analyse",
    "list_kept_analyses": "analyse",
    "keep_analysis": "analyse",
    "drop_kept_analysis": "analyse",
}
# and what each kind of caller may
CALLERS = {
    "stranger": {"public"},
    "read": {"public", "self", "see", "analyse"},
    "ingest": {"public", "self", "ingest"},
    "act": {"public", "self", "act", "plan"},
    "person": {"public", "self", "see", "ingest", "act", "administer"},
}


def test_every_route_states_whom_it_admits() -> None:
    app = skeleton()
    assert require_contracts(app.routes) == len(NEEDS) > 0
    assert {c.name: c.needs.value for c in contracts(app)} == NEEDS


def test_a_route_that_states_nothing_is_refused(door: House) -> None:
    open_ = APIRouter()

    @open_.get("/api/v1/secrets")
    async def secrets() -> str:
        return "all of them"

    for plant in ("router", "route"):
        app = skeleton()
        if plant == "router":
            app.include_router(open_)
        else:
            app.add_api_route("/api/v1/secrets", secrets)
        with pytest.raises(Misconfigured, match="does not say who may call it"):
            require_contracts(app.routes)
    build(door.services)


def path_of(contract: Contract) -> str:
    return contract.path.replace("{verb}", "acknowledge").replace("{", "").replace("}", "")


async def status_of(door: House, contract: Contract, headers: dict[str, str]) -> int:
    """The status alone: a stream is left at once."""
    sent: asyncio.Queue[int] = asyncio.Queue()
    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            await asyncio.sleep(30)
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            await sent.put(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": contract.method,
        "scheme": "http",
        "path": path_of(contract),
        "raw_path": path_of(contract).encode(),
        "query_string": b"entity=x&attribute=y&at=2026-11-21T16:00:00Z",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1:8480"),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ],
        "client": ("10.0.0.9", 1),
        "server": ("127.0.0.1", 8480),
        "state": {},
    }
    task = asyncio.create_task(door.app(scope, receive, send))
    try:
        async with asyncio.timeout(10):
            return await sent.get()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("caller", CALLERS)
async def test_matrix(door: House, caller: str) -> None:
    headers: dict[str, str] = {}
    if caller == "person":
        async with door.signed_in() as client:
            headers = {
                "cookie": f"tocsin_session={client.cookies['tocsin_session']}",
                "x-csrf-token": client.headers["x-csrf-token"],
            }
    elif caller != "stranger":
        headers = await door.token(caller)
    hub = asyncio.create_task(door.services.live.run())
    checked = 0
    try:
        # Ending the session that asks comes last.
        for contract in sorted(contracts(skeleton()), key=lambda c: c.name == "sign_out"):
            status = await status_of(door, contract, headers)
            # /metrics is open on this machine alone; this caller comes from another.
            needs = "see" if contract.name == "metrics" else NEEDS[contract.name]
            if needs in CALLERS[caller]:
                assert status != 401, contract.name
                # a token has no session of its own to look at
                assert status != 403 or (needs == "self" and caller != "person"), contract.name
            else:
                assert status == (401 if caller == "stranger" else 403), contract.name
            checked += 1
    finally:
        hub.cancel()
        await asyncio.gather(hub, return_exceptions=True)
    assert checked == len(NEEDS)


def test_openapi_names_the_permission_of_each() -> None:
    paths = document(skeleton())["paths"]
    stated = {op["operationId"]: op["x-permission"] for path in paths.values() for op in path.values()}
    assert stated == NEEDS
