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
from tocsin.sdk.manifest import Manifest
from tocsin.sdk.tool import Advisor, Progress

#: an answer that stood on more is asked anew for changes among these alone
MOST_FOOTING = 2000


class Given:
    """``Context`` of given surroundings, of which it remembers what was looked at."""

    def __init__(self, surroundings: Surroundings, types: Sequence[str]) -> None:
        self._given, self._types = surroundings, frozenset(types)
        self._entities = sorted(
            (o for o in surroundings.entities if o.type in self._types), key=lambda o: o.entity
        )
        self._alerts = sorted(surroundings.alerts, key=lambda a: a.id)
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
            for attribute in o.attributes:
                self._note(Footing("entity", o.entity, attribute.value, attribute.name))
        return found

    def alerts(self) -> Sequence[NearbyAlert]:
        for alert in self._alerts:
            self._note(Footing("alert", alert.id, alert.active))
        return tuple(self._alerts)

    def space(self, id: str) -> Any:  # noqa: A002
        space = self._given.spaces.get(id)
        if space is None:
            known = ", ".join(sorted(self._given.spaces)[:5])
            raise NotFound("no such space", field="space", value=id, cure=f"known: {known or 'none'}")
        self._note(Footing("space", id, self._given.versions.get(id, 0)))
        return space

    def spaces(self) -> Sequence[Any]:
        return tuple(self.space(name) for name in sorted(self._given.spaces))

    def _note(self, footing: Footing) -> None:
        if len(self._seen) < MOST_FOOTING:
            self._seen[footing.kind, footing.id, footing.name] = footing

    @property
    def footing(self) -> tuple[Footing, ...]:
        """What was looked at, each once."""
        return tuple(self._seen.values())


def consult(
    advisor: Advisor,
    manifest: Manifest,
    request: Mapping[str, Any],
    context: Given,
    progress: Progress,
    name: str = "what-if",
) -> Advice:
    """Ask once; the answer under the names that the host gives it. Raises what the advisor raises."""
    return named(advisor.advise(request, context, progress), manifest, request, context.now, name)


def named(
    advice: Advice, manifest: Manifest, request: Mapping[str, Any], now: datetime, name: str, **fields: Any
) -> Advice:
    """``name``: of the consultation. The id of an answer follows from who answers what and when."""
    asked = msgspec.msgpack.encode(request, order="sorted")
    return msgspec.structs.replace(
        advice,
        id=content_id(manifest.id, name, now.isoformat(), asked),
        request=name,
        tool=manifest.id,
        tool_version=manifest.version,
        **fields,
    )
