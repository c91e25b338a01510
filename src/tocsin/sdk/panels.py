"""``panels.toml``: what a tool shows, as data: a renderer of the console and a query. No code, no markup.

[[panel]]
id = "density"
title = "People per m²"
renderer = "map-cells"
unit = "/m²"
[panel.query]
of = "entities"                 # entities (now) | history (ever) | findings (what the tool said)
type = "CrowdFlowObserved"
attribute = "peopleCount"
per = "area"                    # divide by this attribute of the same entity
window_s = 600                  # for history and findings
limit = 50
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.sdk.manifest import Manifest, read_toml

Renderer = Literal[
    "map-points",
    "map-cells",
    "time-series",
    "table",
    "bars",
    "number",
    "timeline",
    "text",
    "graph",
    "image-boxes",
]


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    of: Literal["entities", "history", "findings"]
    type: str | None = None
    attribute: str | None = None
    per: str | None = None
    kinds: tuple[str, ...] = ()
    window_s: float | None = None
    limit: int = 50


class Panel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    renderer: Renderer
    query: Query
    unit: str | None = None
    #: class limits of a scale, rising, in ``unit``
    scale: tuple[float, ...] = ()
    words: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    panel: tuple[Panel, ...] = ()


def read_panels(folder: Path, manifest: Manifest) -> tuple[Panel, ...]:
    """Panels of a tool; none where there is no file. Raises ``Invalid`` naming the panel and the cure."""
    path = folder / "panels.toml"
    if not path.exists():
        return ()
    file: _File = read_toml(path, _File)
    types = {c.type for c in manifest.consumes}
    seen: set[str] = set()
    for panel in file.panel:
        q = panel.query
        if panel.id in seen:
            raise Invalid(f"{path}: two panels of one id", field="id", value=panel.id, cure="rename one")
        seen.add(panel.id)
        if q.of == "findings":
            strange = set(q.kinds) - manifest.kinds
            if strange:
                raise Invalid(
                    f"{path}: panel {panel.id!r} shows kinds that the tool does not emit",
                    field="query.kinds",
                    value=sorted(strange),
                    cure=f"of {sorted(manifest.kinds)}",
                )
        elif q.type not in types:
            raise Invalid(
                f"{path}: panel {panel.id!r} shows a type that the tool does not consume",
                field="query.type",
                value=q.type,
                cure=f"one of {sorted(types)}",
            )
        if not 1 <= q.limit <= 1000:
            raise Invalid(f"{path}: panel {panel.id!r}", field="query.limit", value=q.limit, cure="1 to 1000")
        if list(panel.scale) != sorted(set(panel.scale)):
            raise Invalid(
                f"{path}: panel {panel.id!r}", field="scale", value=panel.scale, cure="rising limits"
            )
    return file.panel
