"""From changes to bytes on their way: context, form, headers, and whose turn it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec
import structlog

from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError
from tocsin.ngsi.jsonld.core import CORE_URL
from tocsin.ngsi.jsonld.loading import Contexts
from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.linked import Get, linked
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.problems import TooComplexQuery
from tocsin.ngsi.subscriptions.address import Where, where_of
from tocsin.ngsi.subscriptions.changes import Moved
from tocsin.ngsi.subscriptions.channels import Outcome, Way
from tocsin.ngsi.subscriptions.matching import Rule
from tocsin.ngsi.subscriptions.model import Subscription
from tocsin.ngsi.subscriptions.rendering import notification, states
from tocsin.ngsi.tenant import headers
from tocsin.notify.delivery.channels import Failed

#: at a time to receivers that take what is sent, and to those that failed last: these never hold up those
_WELL, _SUSPECT = 256, 64
_BODY_BYTES = 8 << 20
#: addresses taken apart that are remembered
_KNOWN = 20_000
#: nobody holds a turn longer, whatever ``endpoint.timeout`` says
_LONGEST_S = 30.0
log = structlog.get_logger(__name__)
T = TypeVar("T")
Make = Callable[[Sequence[T], Terms, object, object], Mapping[str, object]]
LD_JSON = "application/ld+json"
_JSON = msgspec.json.Encoder().encode


class Sending:
    """``allowed``: hosts of the settings that may lie in an inner network; ``timeout_s``: for an answer;
    ``tenant``: named to every receiver."""

    def __init__(
        self,
        contexts: Contexts,
        clock: Clock,
        *,
        http: Way,
        mqtt: Way,
        allowed: frozenset[str],
        timeout_s: float,
        tenant: str = "",
    ) -> None:
        self._contexts, self._clock = contexts, clock
        self._http, self._mqtt, self._allowed, self._timeout_s = http, mqtt, allowed, timeout_s
        self._of_all = headers(tenant)
        self._known: dict[str, Where] = {}
        self._well, self._suspect = asyncio.Semaphore(_WELL), asyncio.Semaphore(_SUSPECT)

    async def deliver(
        self, rule: Rule, data: Sequence[Moved | Entity], key: object, get: Get, *, suspect: bool
    ) -> Outcome:
        """One notification; two or more, one after the other, where one would be too large. ``get``: an
        entity that another leads to.
        """
        others: Mapping[str, Entity] = {}
        if rule.join is not None:
            try:
                others, _ = await linked(states(data), rule.join, get)
            except TooComplexQuery as error:
                return Failed(error.message, whole=True, final=True)

        def make(
            data: Sequence[Moved | Entity], terms: Terms, key: object, context: object
        ) -> Mapping[str, object]:
            now = self._clock.now()
            return notification(rule, terms, data, now, key, context=context, others=others)

        return await self.tell(rule.subscription, data, make, key, suspect=suspect)

    async def tell(
        self, one: Subscription, data: Sequence[T], make: Make[T], key: object, *, suspect: bool
    ) -> Outcome:
        """``make``: the notification of some of ``data``, by the terms of its context, and with that where it
        is to be stated in it (else None).
        """
        try:
            where = self._where_of(one.endpoint["uri"])
            terms = await self._contexts.resolve(one.context)
        except TocsinError as error:
            return Failed(error.message, whole=True)
        try:
            body = _JSON(make(data, terms, key, self._stated(one)))
        except Exception as error:  # one entity that cannot be told must not hold up all others
            log.exception("notification_refused", subscription=one.id)
            return Failed(f"cannot be told ({type(error).__name__})", whole=True, final=True)
        if len(body) > _BODY_BYTES:
            if len(data) == 1:
                return Failed(f"larger than {_BODY_BYTES >> 20} MB", whole=True, final=True)
            half = len(data) // 2
            first = await self.tell(one, data[:half], make, (key, 1), suspect=suspect)
            if isinstance(first, Failed):
                return first
            return await self.tell(one, data[half:], make, (key, 2), suspect=suspect)
        timeout_s = min(one.endpoint.get("timeout", self._timeout_s * 1000) / 1000, _LONGEST_S)
        way = self._mqtt if where.mqtt else self._http
        async with self._suspect if suspect else self._well:
            said = {**self._of_all, **headers_of(one)}
            return await way.send(where, said, body, _pairs(one.endpoint, "notifierInfo"), timeout_s)

    def _stated(self, one: Subscription) -> object:
        if one.endpoint.get("accept") != LD_JSON:
            return None
        return self._contexts.stated(one.context)

    def _where_of(self, uri: str) -> Where:
        found = self._known.get(uri)
        if found is None:
            found = where_of(uri, self._allowed)
            if len(self._known) < _KNOWN:
                self._known[uri] = found
        return found

    def sweep(self) -> None:
        """End connections that nobody uses."""
        self._http.sweep()
        self._mqtt.sweep()

    async def close(self) -> None:
        await self._http.close()
        await self._mqtt.close()


def headers_of(one: Subscription) -> dict[str, str]:
    """Clauses 6.3.8, 6.3.9: kind of body, where its context is, and what the receiver asked for."""
    accept = one.endpoint.get("accept", "application/json")
    made = {"Content-Type": accept}
    if accept != LD_JSON:
        url = one.context or CORE_URL
        made["Link"] = f'<{url}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    return {**made, **_pairs(one.endpoint, "receiverInfo")}


def _pairs(endpoint: Mapping[str, object], name: str) -> dict[str, str]:
    given = endpoint.get(name, [])
    assert isinstance(given, list)
    return {pair["key"]: pair["value"] for pair in given}
