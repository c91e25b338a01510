"""From the bytes of a document to a ``Message``: guarded, valid by the schema, sound by the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from lxml import etree

from tocsin.cap import older
from tocsin.cap.faults import CLAUSES, NotCap
from tocsin.cap.guard import admit
from tocsin.cap.model import Area, Circle, Corner, Info, Message, Named, Reference, Resource, Ring
from tocsin.cap.outline import MOST_CORNERS
from tocsin.cap.rules import require
from tocsin.cap.times import read_time
from tocsin.cap.xsd import NAMESPACE, require_schema

T = TypeVar("T", Message, Info)
#: what must stand in each part (3.2.1 to 3.2.4)
_NEEDED = {
    "alert": ("identifier", "sender", "sent", "status", "msgType", "scope"),
    "info": ("category", "event", "urgency", "severity", "certainty"),
    "resource": ("resourceDesc", "mimeType"),
    "area": ("areaDesc",),
}
_TIMES = ("sent", "effective", "onset", "expires")


def read(document: bytes) -> Message:
    """A message of CAP 1.2, or of 1.1 told as 1.2. Raises ``NotCap``: field, value, cure and clause."""
    message = _message(tree(document))
    return require(message)


def tree(document: bytes) -> etree._Element:
    """Its root, valid by the schema of 1.2. Raises ``NotCap``."""
    admit(document)
    # admit() has refused every document type; these say so again to the second parser
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(document, parser)
    name = etree.QName(root)
    if name.localname != "alert" or name.namespace not in (NAMESPACE, older.OLDER):
        raise NotCap(
            "not a CAP message of version 1.2 or 1.1",
            clause="3.2.1 alert",
            field="alert",
            value=f"{{{name.namespace}}}{name.localname}"[:200],
            cure=f"an element alert in the namespace {NAMESPACE}",
        )
    if name.namespace == older.OLDER:
        root = older.told_anew(root)
    _require_parts(root)
    for field in _TIMES:
        for element in root.iter(_tag(field)):
            read_time(_text(element), field)
    require_schema(root)
    return root


def _require_parts(root: etree._Element) -> None:
    """What is missing, by its clause: the schema's own words would name the element after the gap."""
    for part, needed in _NEEDED.items():
        for element in root.iter(_tag(part)):
            for name in needed:
                if element.find(_tag(name)) is None:
                    raise NotCap(
                        f"{part} has no {name}",
                        clause=f"{CLAUSES[name]} {name}",
                        field=name,
                        value=f"line {element.sourceline}",
                        cure=f"every {part} has one",
                    )


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(element: etree._Element) -> str:
    """White space around a value carries nothing in any element."""
    return (element.text or "").strip()


class _Part:
    """The children of one element by name."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    def all(self, name: str) -> Sequence[etree._Element]:
        found: Sequence[etree._Element] = self._element.findall(_tag(name))
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(text for element in self.all(name) if (text := _text(element)))

    def get(self, name: str) -> str | None:
        """None where it is missing or empty."""
        found = self.texts(name)
        return found[0] if found else None

    def given(self, name: str) -> str:
        return self.get(name) or ""

    def time(self, name: str) -> datetime | None:
        text = self.get(name)
        return None if text is None else read_time(text, name)

    def number(self, name: str) -> float | None:
        text = self.get(name)
        return None if text is None else float(text)

    def named(self, name: str) -> tuple[Named, ...]:
        parts = [_Part(element) for element in self.all(name)]
        return tuple(Named(part.given("valueName"), part.given("value")) for part in parts)


def _message(root: etree._Element) -> Message:
    part = _Part(root)
    return _converted(
        Message,
        identifier=part.given("identifier"),
        sender=part.given("sender"),
        sent=part.time("sent"),
        status=part.given("status"),
        msg_type=part.given("msgType"),
        scope=part.given("scope"),
        source=part.get("source"),
        restriction=part.get("restriction"),
        addresses=part.get("addresses"),
        codes=part.texts("code"),
        note=part.get("note"),
        references=tuple(_references(part.given("references"))),
        incidents=part.get("incidents"),
        infos=tuple(_info(_Part(element)) for element in part.all("info")),
    )


def _references(text: str) -> Iterator[Reference]:
    for given in text.split():
        parts = given.split(",")
        if len(parts) != 3:
            raise NotCap(
                "a reference has three parts",
                clause="3.2.1 references",
                field="references",
                value=given,
                cure="sender,identifier,sent; several with a space between",
            )
        yield Reference(parts[0], parts[1], read_time(parts[2], "references"))


def _info(part: _Part) -> Info:
    return _converted(
        Info,
        language=part.get("language") or "en-US",
        categories=part.texts("category"),
        event=part.given("event"),
        response_types=part.texts("responseType"),
        urgency=part.given("urgency"),
        severity=part.given("severity"),
        certainty=part.given("certainty"),
        audience=part.get("audience"),
        event_codes=part.named("eventCode"),
        effective=part.time("effective"),
        onset=part.time("onset"),
        expires=part.time("expires"),
        sender_name=part.get("senderName"),
        headline=part.get("headline"),
        description=part.get("description"),
        instruction=part.get("instruction"),
        web=part.get("web"),
        contact=part.get("contact"),
        parameters=part.named("parameter"),
        resources=tuple(_resource(_Part(element)) for element in part.all("resource")),
        areas=tuple(_area(_Part(element)) for element in part.all("area")),
    )


def _resource(part: _Part) -> Resource:
    size = part.get("size")
    return Resource(
        description=part.given("resourceDesc"),
        mime_type=part.given("mimeType"),
        size=None if size is None else int(size[:30]),
        uri=part.get("uri"),
        deref_uri=part.get("derefUri"),
        digest=part.get("digest"),
    )


def _area(part: _Part) -> Area:
    return Area(
        description=part.given("areaDesc"),
        polygons=tuple(_ring(text) for text in part.texts("polygon")),
        circles=tuple(_circle(text) for text in part.texts("circle")),
        geocodes=part.named("geocode"),
        altitude=part.number("altitude"),
        ceiling=part.number("ceiling"),
    )


def _ring(text: str) -> Ring:
    pairs = text.split()
    if len(pairs) > MOST_CORNERS:
        raise NotCap(
            "too many corners",
            clause="3.2.4 polygon",
            field="polygon",
            value=len(pairs),
            cure=f"draw it coarser: {MOST_CORNERS} at most",
        )
    return tuple(_corner(pair, "polygon") for pair in pairs)


def _circle(text: str) -> Circle:
    centre, _, radius = text.partition(" ")
    corner = _corner(centre, "circle")
    try:
        return Circle(corner.lat, corner.lon, float(radius))
    except ValueError as error:
        raise NotCap(
            "a circle is a pair, a space and a radius",
            clause="3.2.4 circle",
            field="circle",
            value=text,
            cure="as in 45.4064,11.8768 2.5 (kilometres)",
        ) from error


def _corner(pair: str, field: str) -> Corner:
    lat, comma, lon = pair.partition(",")
    try:
        if not comma:
            raise ValueError(pair)
        return Corner(float(lat), float(lon))
    except ValueError as error:
        raise NotCap(
            "not a pair of degrees",
            clause=f"3.2.4 {field}",
            field=field,
            value=pair,
            cure="latitude,longitude without a space, as in 45.4064,11.8768",
        ) from error


def _converted(kind: type[T], **values: object) -> T:
    """The struct, its literals checked. The schema stands before this, so a refusal here is rare."""
    try:
        return msgspec.convert({k: v for k, v in values.items() if v is not None}, kind, from_attributes=True)
    except msgspec.ValidationError as error:
        rule, _, field = str(error).partition(" - at ")
        raise NotCap(
            rule, clause="3.2", field=field.strip("`$.") or kind.__name__, cure="see the clause"
        ) from error
