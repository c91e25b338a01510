"""Notifications of brokers, from the door to observations."""

import json
from pathlib import Path

import pytest

from tocsin.ingest.notified import entities_of
from tocsin.kernel.errors import Invalid, TooLarge
from tocsin.normalise.feeds import load_feeds
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer
from tocsin.sdk.source import find_sources

RECORDED = Path(__file__).parents[2] / "src/tocsin/sources/ngsi/tests/recorded"


@pytest.mark.parametrize(("name", "count"), [("ngsi-ld", 3), ("ngsi-v2", 1)])
async def test_a_notification_becomes_observations(intake, envelopes, tmp_path, name, count):
    assert await intake.notified((RECORDED / f"{name}.json").read_bytes(), "orion") == count
    (envelope,) = envelopes()
    assert (envelope.source, envelope.format, len(envelope.items)) == ("orion", "feed:ngsi", count)
    feeds, broken = load_feeds(find_sources())
    assert broken == []
    observations, quarantined = Items(Observer(read_models()), Formats(tmp_path, feeds)).of(envelope)
    assert (len(observations), quarantined) == (count, [])
    assert observations[0].source == "orion"
    await intake.close()


def test_a_collection_of_features():
    feature = {"id": "urn:ngsi-ld:Device:1", "type": "Feature", "properties": {"type": "Device"}}
    body = json.dumps({"type": "Notification", "data": {"type": "FeatureCollection", "features": [feature]}})
    assert [json.loads(one) for one in entities_of(body.encode())] == [feature]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"null", b'{"data": 5}', b'{"data": {}}', b'{"data": [NaN]}', b"\xff", b"[" * 100_000,
     b'{"data":' + b"[" * 100_000],
)  # fmt: skip
async def test_what_is_no_notification_is_refused(intake, body):
    with pytest.raises(Invalid) as refused:
        await intake.notified(body, "orion")
    assert refused.value.cure


async def test_one_that_is_too_large_or_under_a_feeds_name_is_refused(intake):
    with pytest.raises(TooLarge):
        await intake.notified(b" " * 10_500_000, "orion")
    with pytest.raises(Invalid, match="source"):
        await intake.notified(b'{"data":[{}]}', "mqtt")
