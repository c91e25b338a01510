"""Entries of an Atom (RFC 4287), RSS 2.0 or RSS 1.0 document as plain texts. Pure; no entity is expanded."""

from __future__ import annotations

from lxml import etree

from tocsin.cap.faults import NotCap
from tocsin.cap.guard import admit
from tocsin.kernel.errors import Unavailable

MOST_BYTES = 8 * 1024 * 1024
MOST_ELEMENTS = 200_000
_LONGEST = 5_000
#: what is read of an entry, by local name: authors and contributors are not
_TEXTS = {
    "title": "title", "summary": "summary", "description": "summary", "content": "summary", "id": "id",
    "guid": "id", "published": "published", "pubDate": "published", "date": "published", "updated": "updated",
    "category": "category",
}  # fmt: skip


def entries(document: bytes) -> list[dict[str, str]]:
    """In the document's order. Raises ``Unavailable`` for what is no feed."""
    try:
        admit(document, most_bytes=MOST_BYTES, most_elements=MOST_ELEMENTS)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )
        root = etree.fromstring(document, parser)
    except (NotCap, etree.XMLSyntaxError) as error:
        raise Unavailable(f"no feed: {str(error)[:200]}", field="address") from error
    if etree.QName(root).localname not in ("feed", "rss", "RDF"):
        raise Unavailable(
            "no feed",
            field="address",
            value=str(root.tag)[:100],
            cure="give the address of an RSS or Atom feed",
        )
    return [_entry(one) for one in root.iter() if etree.QName(one).localname in ("entry", "item")]


def _entry(element: etree._Element) -> dict[str, str]:
    made: dict[str, str] = {}
    for child in element:
        local = etree.QName(child).localname
        if local == "link":
            if child.get("rel", "alternate") == "alternate":
                made.setdefault("link", (child.get("href") or child.text or "").strip()[:500])
            continue
        name = _TEXTS.get(local)
        text = child.get("term") if local == "category" and child.get("term") else "".join(child.itertext())
        if name and text and text.strip():
            made.setdefault(name, text.strip()[:_LONGEST])
    return made
