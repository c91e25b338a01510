"""A message that breaks a rule: which clause, which element, what to do about it."""

from __future__ import annotations

from tocsin.kernel.errors import Invalid

STANDARD = "CAP 1.2"

_ALERT = """identifier sender sent status msgType source scope restriction addresses code note references
    incidents alert"""
_INFO = """info language category event responseType urgency severity certainty audience eventCode effective
    onset expires senderName headline description instruction web contact parameter"""
_RESOURCE = "resource resourceDesc mimeType size uri derefUri digest"
_AREA = "area areaDesc polygon circle geocode altitude ceiling"
#: where the standard speaks of an element
CLAUSES: dict[str, str] = {
    name: clause
    for clause, names in (("3.2.1", _ALERT), ("3.2.2", _INFO), ("3.2.3", _RESOURCE), ("3.2.4", _AREA))
    for name in names.split()
}


class NotCap(Invalid):
    """``clause`` of the standard (``3.2.1``), or empty where the document is refused before it is read."""

    def __init__(
        self,
        words: str,
        *,
        clause: str,
        field: str,
        value: object = None,
        cure: str | None = None,
    ) -> None:
        said = f"{words} ({STANDARD}, {clause})" if clause else words
        super().__init__(said, field=field, value=value, cure=cure)
        self.clause = clause
