"""Workers beside the door of a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from tests.ngsi.conftest import Api

from tocsin.ngsi.workers import workers as module
from tocsin.ngsi.workers.workers import Workers


@pytest.fixture
async def workers(api: Api, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workers]:
    """Two."""
    monkeypatch.setattr(module, "_PAUSE_S", 0.01)
    made = Workers(api.broker.reader, api.context, 2)
    yield made
    await made.close()


@pytest.fixture
async def worker(api: Api) -> AsyncIterator[Workers]:
    """One: each takes a second to start."""
    made = Workers(api.broker.reader, api.context, 1)
    yield made
    await made.close()


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not so():  # noqa: ASYNC110 - another process has no event of ours
            await asyncio.sleep(0.01)
