"""Who gets in where: every operation x every kind of caller, from a table written by hand."""

from __future__ import annotations

import pytest
from tests.ngsi.conftest import V1, Api, car

from tocsin.api.ngsi.door import OPERATIONS

# what each operation asks for
NEEDS = {
    "create_entity": "ingest",
    "query_entities": "see",
    "retrieve_entity": "see",
    "delete_entity": "ingest",
    "merge_entity": "ingest",
    "replace_entity": "ingest",
    "append_attributes": "ingest",
    "update_attributes": "ingest",
    "update_attribute": "ingest",
    "replace_attribute": "ingest",
    "delete_attribute": "ingest",
    "batch_create": "ingest",
    "batch_upsert": "ingest",
    "batch_update": "ingest",
    "batch_merge": "ingest",
    "batch_delete": "ingest",
    "post_query": "see",
    "list_types": "see",
    "get_type": "see",
    "list_attributes": "see",
    "get_attribute": "see",
    "create_temporal": "ingest",
    "query_temporal": "see",
    "retrieve_temporal": "see",
    "delete_temporal": "ingest",
    "append_temporal": "ingest",
    "delete_temporal_attribute": "ingest",
    "update_instance": "ingest",
    "delete_instance": "ingest",
    "post_temporal_query": "see",
    "create_registration": "ingest",
    "query_registrations": "see",
    "retrieve_registration": "see",
    "update_registration": "ingest",
    "delete_registration": "ingest",
    "create_subscription": "ingest",
    "query_subscriptions": "see",
    "retrieve_subscription": "see",
    "update_subscription": "ingest",
    "delete_subscription": "ingest",
    "create_source_subscription": "ingest",
    "query_source_subscriptions": "see",
    "retrieve_source_subscription": "see",
    "update_source_subscription": "ingest",
    "delete_source_subscription": "ingest",
    "add_context": "ingest",
    "list_contexts": "see",
    "source_identity": "see",
    "get_context": "public",
    "delete_context": "ingest",
}
CALLERS = {
    "stranger": {"public"},
    "read": {"public", "see"},
    "ingest": {"public", "ingest"},
    "act": {"public"},
}


def test_every_operation_is_in_the_table() -> None:
    assert {one.name: one.needs.value for one in OPERATIONS} == NEEDS
    assert len(OPERATIONS) == len(NEEDS)


@pytest.mark.parametrize("caller", CALLERS)
async def test_matrix(api: Api, caller: str) -> None:
    headers = {} if caller == "stranger" else await api.door.token(caller)
    async with api.door.client(headers=headers) as client:
        for one in OPERATIONS:
            path = f"{V1}/{one.path.replace('*', 'urn:a:b')}"
            answer = await client.request(one.method, path, json={} if one.method != "GET" else None)
            if NEEDS[one.name] in CALLERS[caller]:
                assert answer.status_code not in (401, 403), one.name
            else:
                assert answer.status_code == (401 if caller == "stranger" else 403), one.name


async def test_a_person_at_the_console(api: Api) -> None:
    """By cookie: with the CSRF token, or not at all."""
    async with api.door.signed_in() as client:
        assert (await client.post(V1 + "/entities", json=car())).status_code == 201
        assert (await client.get(V1 + "/entities?type=Vehicle")).json() == [car()]
        del client.headers["X-CSRF-Token"]
        assert (await client.post(V1 + "/entities", json=car(2))).status_code == 403


async def test_deletions_and_refusals_are_on_the_record(api: Api) -> None:
    await api.create(car())
    await api("DELETE", "/entities/urn:ngsi-ld:Vehicle:1", status=204)
    async with api.door.program("read") as client:
        assert (await client.post(V1 + "/entities", json=car())).status_code == 403
    await api.door.services.identity.refusals.close()
    rows = await api.door.services.ops.read(
        lambda conn: [tuple(row) for row in conn.exec_driver_sql("SELECT action, object_id FROM audit")]
    )
    assert ("entity.delete", "urn:ngsi-ld:Vehicle:1") in rows
    assert "call.create_entity" in {action for action, _ in rows}
