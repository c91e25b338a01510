"""An advisor's context from data, and asking it once: for the host, the laws, tests and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tocsin.kernel.advice import Footing, NearbyAlert, Surroundings
from tocsin.kernel.errors import NotFound
from tocsin.kernel.events import Advice, Observation
from tocsin.kernel.ids import content_id
from tocsin.sdk.manifest import Consumes, Manifest
from tocsin.sdk.spaces.model import Space
from tocsin.sdk.tool import Advisor, Progress

#: an answer that stood on more is asked anew for changes among these alone
MOST_FOOTING = 2000
#: of an answer: half of what one message of the bus holds
MOST_BYTES = 4 * 2**20
_advice = msgspec.msgpack.Decoder(Advice)


class Given:
    """``Context`` of given surroundings, of which it remembers what was looked at."""

    def __init__(self, surroundings: Surroundings, consumes: Sequence[Consumes]) -> None:
        self._given = surroundings
        self._types = {c.type: frozenset(c.attributes) for c in consumes}
        self._entities = sorted(
            (o for o in surroundings.entities if o.type in self._types), key=lambda o: o.entity
        )
        self._alerts = sorted(surroundings.alerts, key=lambda a: a.id)
        self._spaces: dict[str, Space] = {}
        self._seen: dict[tuple[str, str, str], Footing] = {}

    @property
    def now(self) -> datetime:
        return self._given.now

    def entities(self, *, type: str | None = None) -> Sequence[Observation]:  # noqa: A002
        if type is not None and type not in self._types:
            raise NotFound(
                "not among what this tool consumes", field="type", value=type, cure="manifest.toml"
            )
        found = [o for o in self._entities if type is None or o.type == type]
        for o in found:
            wanted = self._types[o.type]
            for attribute in [a for a in o.attributes if not wanted or a.name in wanted]:
                self._note(Footing("entity", o.entity, attribute.value, attribute.name))
        return found

    def alerts(self) -> Sequence[NearbyAlert]:
        return tuple(self._alerts)

    def space(self, id: str) -> Space:  # noqa: A002
        if id in self._given.spaces and id not in self._spaces:
            self._spaces[id] = msgspec.convert(self._given.spaces[id], Space)
        space = self._spaces.get(id)
        if space is None:
            known = ", ".join(sorted(self._given.spaces)[:5])
            raise NotFound("no such space", field="space", value=id, cure=f"known: {known or 'none'}")
        self._note(Footing("space", id, self._given.versions.get(id, 0)))
        return space

    def spaces(self) -> Sequence[Space]:
        return tuple(self.space(name) for name in sorted(self._given.spaces))

    def _note(self, footing: Footing) -> None:
        if len(self._seen) < MOST_FOOTING:
            self._seen[footing.kind, footing.id, footing.name] = footing

    @property
    def footing(self) -> tuple[Footing, ...]:
        """What was looked at, each once; and all alerts: they may have shaped the request itself."""
        alerts = (Footing("alert", alert.id, alert.active) for alert in self._alerts)
        return (*self._seen.values(), *alerts)


def consult(
    advisor: Advisor,
    manifest: Manifest,
    request: Mapping[str, Any],
    context: Given,
    progress: Progress,
    name: str = "what-if",
) -> Advice:
    """Ask once; the answer under the names that the host gives it.

    Raises what the advisor raises, and ``TypeError`` for an answer that cannot travel.
    """
    return named(advisor.advise(request, context, progress), manifest, request, context.now, name)


def named(
    advice: Advice, manifest: Manifest, request: Mapping[str, Any], now: datetime, name: str, **fields: Any
) -> Advice:
    """``name``: of the consultation. The id of an answer follows from who answers what and when.

    Raises ``TypeError`` for an answer that is none, holds more than plain data, or is too large.
    """
    asked = msgspec.msgpack.encode(request, order="sorted")
    named_ = msgspec.structs.replace(
        advice,
        id=content_id(manifest.id, name, now.isoformat(), asked),
        request=name,
        tool=manifest.id,
        tool_version=manifest.version,
        **fields,
    )
    data = msgspec.msgpack.encode(named_)
    if len(data) > MOST_BYTES:
        raise TypeError(f"the answer has {len(data)} bytes, {MOST_BYTES} at most")
    return _advice.decode(data)
