"""CAP 1.1 (October 2005, errata 2007) told as CAP 1.2: the same elements under another name.

1.2 narrowed times to one form (3.3.2) and asks for a resource's ``mimeType`` and a number as altitude. So
times are written anew, a missing type becomes ``application/octet-stream``, and an altitude in words goes
into a parameter, where it is still read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from lxml import etree

from tocsin.cap.times import write_time
from tocsin.cap.xsd import NAMESPACE

OLDER = "urn:oasis:names:tc:emergency:cap:1.1"
_TIMES = ("sent", "effective", "onset", "expires")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?", re.ASCII)


def told_anew(root: etree._Element) -> etree._Element:
    """The tree of a 1.1 message in the namespace and forms of 1.2; changed in place."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith(f"{{{OLDER}}}"):
            element.tag = f"{{{NAMESPACE}}}{etree.QName(element).localname}"
    for name in _TIMES:
        for element in root.iter(f"{{{NAMESPACE}}}{name}"):
            element.text = _time(element.text or "")
    for info in root.iter(f"{{{NAMESPACE}}}info"):
        _resources(info)
        _heights(info)
    references = root.find(f"{{{NAMESPACE}}}references")
    if references is not None and references.text:
        references.text = " ".join(_reference(part) for part in references.text.split())
    return root


def _time(text: str) -> str:
    """An ``xs:dateTime`` in the narrower form. What is none stays, and is refused where it is read."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return text.strip()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return write_time(moment)


def _reference(part: str) -> str:
    sender, comma, rest = part.partition(",")
    identifier, comma_too, sent = rest.rpartition(",")
    return f"{sender},{identifier},{_time(sent)}" if comma and comma_too else part


def _resources(info: etree._Element) -> None:
    for resource in info.findall(f"{{{NAMESPACE}}}resource"):
        if resource.find(f"{{{NAMESPACE}}}mimeType") is None:
            kind = etree.Element(f"{{{NAMESPACE}}}mimeType")
            kind.text = "application/octet-stream"
            resource.insert(1, kind)


def _heights(info: etree._Element) -> None:
    """Into a parameter what is no number; parameters stand before resources and areas (3.4)."""
    for area in info.findall(f"{{{NAMESPACE}}}area"):
        words = [
            element
            for name in ("altitude", "ceiling")
            if (element := area.find(f"{{{NAMESPACE}}}{name}")) is not None
            and not _NUMBER.fullmatch((element.text or "").strip())
        ]
        for element in words:
            area.remove(element)
            if not (element.text or "").strip():
                continue
            parameter = etree.Element(f"{{{NAMESPACE}}}parameter")
            for name, text in (("valueName", etree.QName(element).localname), ("value", element.text)):
                etree.SubElement(parameter, f"{{{NAMESPACE}}}{name}").text = text
            first = next(child for child in info if etree.QName(child).localname in ("resource", "area"))
            first.addprevious(parameter)
