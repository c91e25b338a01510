"""What understands the items of an envelope, found by the envelope's ``format``.

``json``: the JSON reading. ``map:<name>@<version>``: a row of a mapping, whose text the door has laid into
the folder of mappings under that name. ``feed:<source>``: the ``map.py`` of a source's folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from tocsin.kernel.errors import TocsinError
from tocsin.sdk.mapping import check_name, read_mapping
from tocsin.sdk.reading import Reading, Refused, Rule, from_json
from tocsin.sdk.rows import RowReader

Understand = Callable[[bytes], Reading]

_row = msgspec.json.Decoder(dict[str, object]).decode


class Formats:
    """``mappings``: the folder that the door writes. ``feeds``: the pure mappers of sources, by source."""

    def __init__(self, mappings: Path, feeds: Mapping[str, Understand] | None = None) -> None:
        self._mappings = mappings
        self._feeds = dict(feeds or {})
        self._by_version: dict[str, Understand] = {}

    def of(self, name: str, *, newest: bool = False) -> Understand:
        """The reader of a format. ``newest``: of a mapping the version saved last, for a new attempt.

        Raises ``Refused`` where the format is not known, or not any more.
        """
        if name == "json":
            return from_json
        kind, _, rest = name.partition(":")
        if kind == "feed" and rest in self._feeds:
            return self._feeds[rest]
        if kind == "map":
            mapping, _, version = rest.partition("@")
            return self._read(mapping) if newest or not version else self._version(rest)
        raise Refused(
            Rule.UNKNOWN_FORMAT, "nothing here understands it", field="format", value=name,
            cure="install the source that sent it, then retry",
        )  # fmt: skip

    def _version(self, named: str) -> Understand:
        known = self._by_version.get(named)
        if known is None:
            known = self._by_version[named] = self._read(named)
        return known

    def _read(self, stem: str) -> Understand:
        try:
            check_name(stem.partition("@")[0])
            if "/" in stem or "\\" in stem or "\0" in stem:
                raise FileNotFoundError(stem)
            text = (self._mappings / f"{stem}.toml").read_text(encoding="utf-8")
            reading = RowReader(read_mapping(text)).reading
        except (OSError, UnicodeDecodeError, TocsinError) as error:
            raise Refused(
                Rule.UNKNOWN_FORMAT, f"mapping {stem[:80]} cannot be read: {type(error).__name__}",
                field="format", value=stem, cure="save the mapping again, then retry the item",
            ) from None  # fmt: skip
        return lambda payload: reading(_decoded(payload))


def _decoded(payload: bytes) -> dict[str, object]:
    try:
        return _row(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(
            Rule.NOT_JSON, str(error)[:200], cure="a row is a JSON object of columns and values"
        ) from None
