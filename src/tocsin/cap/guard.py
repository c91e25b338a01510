"""What is let near a parser at all: size, depth and number of elements, and no document type.

expat tells of a document type before it has read one declaration, so that no entity is ever expanded
(billion laughs, quadratic blow-up) and nothing outside is asked for (XXE).
"""

from __future__ import annotations

from xml.parsers import expat

from tocsin.cap.faults import NotCap

MOST_BYTES = 1024 * 1024
MOST_ELEMENTS = 20_000
DEEPEST = 16
#: characters of one text: an ``areaDesc`` of a whole country fits, a novel does not
LONGEST_TEXT = 200_000


class _Seen:
    def __init__(self, most_elements: int) -> None:
        self._most_elements = most_elements
        self.depth = 0
        self.elements = 0
        self.names: list[str] = []
        self.text = 0

    def start(self, name: str, _attributes: object) -> None:
        self.depth, self.elements, self.text = self.depth + 1, self.elements + 1, 0
        self.names.append(name[:80])
        if self.depth > DEEPEST:
            raise _refused("elements lie too deep in one another", name, self.depth, f"{DEEPEST} at most")
        if self.elements > self._most_elements:
            raise _refused("too many elements", name, self.elements, f"{self._most_elements} at most")

    def end(self, _name: str) -> None:
        self.depth, self.text = self.depth - 1, 0
        self.names.pop()

    def data(self, text: str) -> None:
        self.text += len(text)
        if self.text > LONGEST_TEXT:
            raise _refused("a text is too long", self.names[-1], self.text, f"{LONGEST_TEXT} at most")

    def doctype(self, name: str, *_more: object) -> None:
        raise _refused(
            "a document type is not read: it can hold entities that expand without end or fetch files",
            "DOCTYPE",
            name[:80],
            "send the message without <!DOCTYPE ...>",
        )


def _refused(words: str, field: str, value: object, cure: str) -> NotCap:
    return NotCap(words, clause="", field=field, value=value, cure=cure)


def admit(document: bytes, *, most_bytes: int = MOST_BYTES, most_elements: int = MOST_ELEMENTS) -> None:
    """Raises ``NotCap`` for what is no well-formed, modest XML document without a document type."""
    if len(document) > most_bytes:
        raise _refused(
            "the document is too large", "document", f"{len(document)} bytes", f"{most_bytes} bytes at most"
        )
    seen, parser = _Seen(most_elements), expat.ParserCreate()
    parser.StartElementHandler = seen.start
    parser.EndElementHandler = seen.end
    parser.CharacterDataHandler = seen.data
    parser.StartDoctypeDeclHandler = seen.doctype
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise _refused(
            f"not XML: {expat.ErrorString(error.code)}",
            "document",
            f"line {error.lineno}, column {error.offset}",
            "mend it there; special characters are written &lt; and &amp;",
        ) from error
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise _refused(
            "not XML in an encoding known here", "document", str(error)[:80], "save it as UTF-8"
        ) from error
