"""The public feed: Atom (RFC 4287) with the fields of CAP 1.2 beside each entry, as receivers expect it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from tocsin.cap.xsd import NAMESPACE
from tocsin.kernel.clock import EPOCH, iso
from tocsin.notify.warnings.model import PublicWarning, WarningArea

ATOM = "http://www.w3.org/2005/Atom"
MEDIA = "application/atom+xml"
CAP_MEDIA = "application/cap+xml"
#: entries at most
MOST = 100


def atom(
    entries: Sequence[PublicWarning], *, base: str, title: str, author: str, changed: datetime | None
) -> bytes:
    """``base``: ``https://city.example``, no slash at its end. ``changed``: when the last entry was there."""
    root = etree.Element(_a("feed"), nsmap={None: ATOM, "cap": NAMESPACE})
    address = f"{base}/cap/feed.atom"
    moments = [one.sent_at for one in entries if one.sent_at is not None]
    _say(root, "id", address)
    _say(root, "title", title)
    _say(root, "updated", iso(max(moments, default=changed or EPOCH)))
    _say(etree.SubElement(root, _a("author")), "name", author)
    etree.SubElement(root, _a("link"), rel="self", type=MEDIA, href=address)
    for warning in entries:
        _entry(etree.SubElement(root, _a("entry")), warning, base)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return made


def address_of(base: str, warning: PublicWarning) -> str:
    return f"{base}/cap/{warning.identifier}.xml"


def _entry(made: etree._Element, warning: PublicWarning, base: str) -> None:
    content, text = warning.content, warning.content.texts[0]
    address = address_of(base, warning)
    sent = iso(warning.sent_at or warning.updated_at)
    _say(made, "id", address)
    _say(made, "title", text.headline, lang=text.language)
    _say(made, "updated", sent)
    _say(made, "published", sent)
    etree.SubElement(made, _a("link"), rel="alternate", type=CAP_MEDIA, href=address)
    _say(made, "summary", "\n\n".join(part for part in (text.description, text.instruction) if part))
    etree.SubElement(made, _a("category"), term=content.category)
    for name, value in (
        ("identifier", warning.identifier),
        ("status", warning.status),
        ("msgType", warning.kind),
        ("event", text.event),
        ("urgency", content.urgency),
        ("severity", content.severity),
        ("certainty", content.certainty),
        ("effective", sent),
        ("expires", iso(warning.expires_at) if warning.expires_at else None),
        ("areaDesc", content.area.name),
        *_shape(content.area),
    ):
        if value is not None:
            etree.SubElement(made, f"{{{NAMESPACE}}}{name}").text = value


def _shape(area: WarningArea) -> list[tuple[str, str]]:
    if area.circle is not None:
        circle = area.circle
        return [("circle", f"{circle.lat:.6f},{circle.lon:.6f} {circle.radius_m / 1000:g}")]
    ring = (
        [*area.polygon, area.polygon[0]]
        if area.polygon and area.polygon[0] != area.polygon[-1]
        else area.polygon
    )
    return [("polygon", " ".join(f"{spot.lat:.6f},{spot.lon:.6f}" for spot in ring))]


def _a(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _say(parent: etree._Element, name: str, text: str, *, lang: str | None = None) -> None:
    made = etree.SubElement(parent, _a(name))
    made.text = text
    if lang is not None:
        made.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
