"""Template: people over the ways out by their width, stewards by people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import ceil, isfinite
from typing import Any

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Advice
from tocsin.sdk.tool import Context, Progress

from .params import Params


class Advisor:
    """Request: ``space`` (id), ``crowd`` (people; without it, what the counters in the city see)."""

    def __init__(self, params: Params) -> None:
        self._params = params

    def advise(self, request: Mapping[str, Any], context: Context, progress: Progress) -> Advice:
        space = context.space(str(request.get("space", "")))
        counted = request.get("crowd") is None
        crowd = self._counted(context) if counted else self._stated(request["crowd"])
        ways = [way for way in space.exits if way.open]
        if not ways:
            raise Invalid(f"{space.name} has no open way out", field="space", value=space.id, cure="open one")
        width_m = sum(way.width_m for way in ways)
        posts: list[dict[str, Any]] = []
        for n, way in enumerate(ways):
            progress(n / len(ways), way.name)
            people = crowd * way.width_m / width_m
            stewards = max(1, ceil(people / self._params.people_per_steward_count))
            posts.append({"way": way.id, "name": way.name, "people": round(people), "stewards": stewards})
        total = sum(post["stewards"] for post in posts)
        return Advice(
            id="",
            request="",
            tool="",
            tool_version="",
            words=f"{total} stewards on {len(posts)} ways out of {space.name}",
            plan={"posts": posts, "crowd": crowd},
            bounds={"stewards_least": float(ceil(crowd / self._params.people_per_steward_count))},
            assumptions=(
                f"{crowd:g} people, {'as counted' if counted else 'as stated'}",
                "people leave by all open ways, in proportion to their width",
            ),
            valid_until=context.now + timedelta(minutes=self._params.valid_min),
        )

    def _counted(self, context: Context) -> float:
        seen = [o.get("peopleCount") for o in context.entities(type="CrowdFlowObserved")]
        return float(
            sum(n for n in seen if isinstance(n, int | float) and not isinstance(n, bool) and n >= 0)
        )

    def _stated(self, crowd: object) -> float:
        usable = isinstance(crowd, int | float) and not isinstance(crowd, bool) and isfinite(crowd)
        if not usable or not isinstance(crowd, int | float) or not 0 <= crowd <= 10_000_000:
            raise Invalid("not a number of people", field="crowd", value=crowd, cure="0 to 10 million")
        return float(crowd)
