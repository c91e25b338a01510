"""From a ``Message`` to the bytes of a document, in the order of the schema (3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from tocsin.cap.model import Area, Circle, Info, Message, Named, Reference, Resource, Ring
from tocsin.cap.times import write_time
from tocsin.cap.xsd import NAMESPACE


def write(message: Message) -> bytes:
    """UTF-8 with a declaration; nobody has signed it."""
    return dump(element_of(message))


def dump(root: etree._Element) -> bytes:
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return made


def element_of(message: Message) -> etree._Element:
    root = etree.Element(_tag("alert"), nsmap={None: NAMESPACE})
    _say(
        root,
        ("identifier", message.identifier),
        ("sender", message.sender),
        ("sent", write_time(message.sent)),
        ("status", message.status),
        ("msgType", message.msg_type),
        ("source", message.source),
        ("scope", message.scope),
        ("restriction", message.restriction),
        ("addresses", message.addresses),
        *(("code", code) for code in message.codes),
        ("note", message.note),
        ("references", references(message.references) or None),
        ("incidents", message.incidents),
    )
    for info in message.infos:
        _info(etree.SubElement(root, _tag("info")), info)
    return root


def references(given: Iterable[Reference]) -> str:
    return " ".join(f"{one.sender},{one.identifier},{write_time(one.sent)}" for one in given)


def polygon(ring: Ring) -> str:
    return " ".join(f"{_degrees(corner.lat)},{_degrees(corner.lon)}" for corner in ring)


def circle(given: Circle) -> str:
    return f"{_degrees(given.lat)},{_degrees(given.lon)} {_degrees(given.radius_km)}"


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _degrees(value: float) -> str:
    """Without an exponent, which many readers do not know; 1e-9 degrees are a tenth of a millimetre."""
    text = f"{value:.9f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _say(parent: etree._Element, *given: tuple[str, str | None]) -> None:
    """One element each, in order; None is left out."""
    for name, text in given:
        if text is not None:
            etree.SubElement(parent, _tag(name)).text = text


def _named(parent: etree._Element, name: str, given: Sequence[Named]) -> None:
    for one in given:
        _say(etree.SubElement(parent, _tag(name)), ("valueName", one.name), ("value", one.value))


def _info(made: etree._Element, info: Info) -> None:
    _say(
        made,
        ("language", info.language),
        *(("category", category) for category in info.categories),
        ("event", info.event),
        *(("responseType", kind) for kind in info.response_types),
        ("urgency", info.urgency),
        ("severity", info.severity),
        ("certainty", info.certainty),
        ("audience", info.audience),
    )
    _named(made, "eventCode", info.event_codes)
    _say(
        made,
        *(
            (name, None if moment is None else write_time(moment))
            for name, moment in (
                ("effective", info.effective),
                ("onset", info.onset),
                ("expires", info.expires),
            )
        ),
        ("senderName", info.sender_name),
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
        ("web", info.web),
        ("contact", info.contact),
    )
    _named(made, "parameter", info.parameters)
    for resource in info.resources:
        _resource(etree.SubElement(made, _tag("resource")), resource)
    for area in info.areas:
        _area(etree.SubElement(made, _tag("area")), area)


def _resource(made: etree._Element, resource: Resource) -> None:
    _say(
        made,
        ("resourceDesc", resource.description),
        ("mimeType", resource.mime_type),
        ("size", None if resource.size is None else str(resource.size)),
        ("uri", resource.uri),
        ("derefUri", resource.deref_uri),
        ("digest", resource.digest),
    )


def _area(made: etree._Element, area: Area) -> None:
    _say(
        made,
        ("areaDesc", area.description),
        *(("polygon", polygon(ring)) for ring in area.polygons),
        *(("circle", circle(one)) for one in area.circles),
    )
    _named(made, "geocode", area.geocodes)
    _say(
        made,
        ("altitude", None if area.altitude is None else _degrees(area.altitude)),
        ("ceiling", None if area.ceiling is None else _degrees(area.ceiling)),
    )
