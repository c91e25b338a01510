"""What is asked and said of an erasure."""

from __future__ import annotations

import msgspec


class EraseAsked(msgspec.Struct, frozen=True, tag="erase"):
    """``texts``: values as they are stored (pseudonyms ``p:…``). ``entities``: whole ids. ``locals``: ends of
    ids (``p~…``). All that any of them names goes: every row of such a reading, every reading of such an
    entity.
    """

    texts: list[str]
    entities: list[str]
    locals: list[str]


class Erased(msgspec.Struct, frozen=True):
    """``files``: written anew without the rows. ``searched``: files on the disk looked through afterwards;
    nothing was found in them.
    """

    rows: int
    readings: int
    entities: int
    files: int
    searched: int
