"""A copy of readings in a file, recorded before it is written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tocsin.app.databases import opened
from tocsin.app.lake_told import at_the_machine
from tocsin.app.lakes import lake_home
from tocsin.app.protecting import known_attributes
from tocsin.identity.recording import record
from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Invalid
from tocsin.lake.copying import copy, form_of
from tocsin.normalise.models import read_models
from tocsin.privacy.classes import city_classes


def write_copy(
    state: Path,
    out: Path,
    *,
    reason: str,
    type_name: str | None,
    entity: str | None,
    start: datetime | None,
    end: datetime | None,
    personal: bool,
) -> int:
    """Rows written. Raises ``Invalid``, ``Misconfigured``, ``NotFound``."""
    if not reason.strip():
        raise Invalid("a copy needs its reason", field="reason", value="", cure="say for whom it is made")
    form_of(out)
    detail = {
        "file": out.name,
        "type": type_name or "every",
        "entity": entity or "every",
        "start": iso(start) if start else "the first",
        "end": iso(end) if end else "the last",
        "personal": "included" if personal else "left out",
    }
    with opened(state) as (place, ops):
        ops.write_now(
            lambda conn: record(
                conn,
                at_the_machine(),
                "lake.export",
                kind="lake",
                object_id="observations",
                purpose="copy",
                reason=reason,
                detail=detail,
            )
        )
    return copy(
        lake_home(place),
        out.resolve(),
        city_classes(place.state),
        known_attributes(read_models()),
        type_name=type_name,
        entity=entity,
        start=start,
        end=end,
        personal=personal,
    )
