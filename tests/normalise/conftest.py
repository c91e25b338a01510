import json
from datetime import UTC, datetime

import pytest

from tocsin.kernel.events import RawBatch, RawItem
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer

NOW = datetime(2026, 11, 21, 16, 42, 17, tzinfo=UTC)
READING = {"id": "K-05", "type": "ItemFlowObserved", "observedAt": "2026-11-21T16:42:17Z", "outflow": 12}


@pytest.fixture(scope="session")
def observer():
    return Observer(read_models())


@pytest.fixture
def items(observer, tmp_path):
    return Items(observer, Formats(tmp_path))


@pytest.fixture
def normalised(items):
    """(reading as dict or bytes) -> its observation or its quarantined item; never both, never neither."""

    def run(reading, *, source="http", accepted_at=NOW, format_="json", retry_of=None):
        payload = reading if isinstance(reading, bytes) else json.dumps(reading).encode()
        item = RawItem("item", payload, "device-1", retry_of)
        observations, quarantined = items.of(RawBatch(source, format_, accepted_at, (item,)))
        assert len(observations) + len(quarantined) == 1
        return (observations or quarantined)[0]

    return run


@pytest.fixture
def reading():
    def make(**changes):
        return {k: v for k, v in (READING | changes).items() if v is not ...}

    return make
