"""Names that others give their things, as local ids of ours; two names never share one."""

from __future__ import annotations

import re

from tocsin.kernel.ids import content_id

#: what an id may hold as it is (``kernel/ids.py``), but for ``~``, which begins an escape
_OTHER = re.compile(r"[^A-Za-z0-9._\-]")
_MOST = 128


def local_id(*parts: str) -> str:
    """``parts`` as an id: ``RUT:Line:1`` is ``RUT~3ALine~3A1``, parts are joined by ``~~``.

    What would be too long is cut and told apart by a digest. An empty part is left out; of nothing comes the
    empty id, which normalise refuses.
    """
    said = [part for part in parts if part]
    made = "~~".join(_OTHER.sub(_escaped, part) for part in said)
    return made if len(made) <= _MOST else f"{made[: _MOST - 18]}~~{content_id(*said)}"


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"~{byte:02X}" for byte in found.group().encode("utf-8", "surrogatepass"))
