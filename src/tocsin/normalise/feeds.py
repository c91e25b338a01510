"""The pure mappers (``map.py``) of all sources that have one, imported one by one."""

from __future__ import annotations

import structlog

from tocsin.normalise.formats import Understand
from tocsin.sdk.source import BrokenSource, Sources, load_map

log = structlog.get_logger(__name__)


def load_feeds(sources: Sources) -> tuple[dict[str, Understand], list[BrokenSource]]:
    """Mappers by source, and the sources whose mapper cannot be imported: their items go to quarantine."""
    feeds: dict[str, Understand] = {}
    broken: list[BrokenSource] = []
    for source in sources.folders:
        if source.manifest.format != "feed":
            continue
        try:
            feeds[source.manifest.id] = load_map(source)
        except Exception as error:  # noqa: BLE001 - a stranger's code: it may raise anything at import
            broken.append(BrokenSource(source.manifest.id, f"{type(error).__name__}: {error}"))
            log.error("source_map_broken", source=source.manifest.id, reason=str(error))
    return feeds, broken
