"""A fetched document with when and where it was heard: three lines, then the bytes as they came.

The warning's own ``sent`` may be hours old; what counts for the picture of now is when we heard of it.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.kernel.clock import iso
from tocsin.kernel.text import clean
from tocsin.sdk.reading import Refused, Rule, parse_time

_HEARD, _FROM = b"heard-at: ", b"from: "


def fold(document: bytes, *, heard: datetime, address: str) -> bytes:
    return b"".join(
        (_HEARD, iso(heard).encode(), b"\n", _FROM, clean(address, 500).encode(), b"\n\n", document)
    )


def unfold(payload: bytes) -> tuple[datetime, bytes]:
    """When it was heard, and the document. Raises ``Refused``."""
    head, _, document = payload.partition(b"\n\n")
    first, _, second = head.partition(b"\n")
    if not first.startswith(_HEARD) or not second.startswith(_FROM):
        raise Refused(
            Rule.NOT_MAPPED,
            "not a fetched warning",
            field="heard-at",
            value=first[:60],
            cure="let the source fetch it anew",
        )
    return parse_time(first[len(_HEARD) :].decode("ascii", "replace"), "heard-at"), document
