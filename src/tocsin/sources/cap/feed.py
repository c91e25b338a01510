"""Which documents a feed names: Atom (RFC 4287) and RSS 2.0. Pure."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from lxml import etree

from tocsin.cap.faults import NotCap
from tocsin.cap.guard import admit

_ATOM = "{http://www.w3.org/2005/Atom}"
CAP_MEDIA = ("application/cap+xml", "application/common-alerting-protocol+xml")
#: a national feed in a storm
MOST_BYTES = 8 * 1024 * 1024
MOST_ELEMENTS = 200_000


def is_message(document: bytes) -> bool:
    """Whether it is a CAP document itself, and no list of them. Raises ``NotCap`` for no sound XML."""
    return bool(etree.QName(_root(document)).localname == "alert")


def addresses(document: bytes, base: str) -> list[str]:
    """Where the documents lie, in the feed's order, each once; on the feed's own host alone.

    A feed that could name any host would let a stranger ask our inner network. Raises ``NotCap``.
    """
    root = _root(document)
    if root.tag == f"{_ATOM}feed":
        found = [_of_entry(entry) for entry in root.iter(f"{_ATOM}entry")]
    elif root.tag == "rss":
        found = [_of_item(item) for item in root.iter("item")]
    else:
        raise NotCap(
            "neither a CAP message nor a feed",
            clause="",
            field="feed",
            value=str(root.tag)[:100],
            cure="give the address of an Atom or RSS feed, or of a CAP document",
        )
    host = urlsplit(base).netloc.lower()
    whole = [urljoin(base, one.strip()) for one in found if one]
    ours = [
        one
        for one in whole
        if urlsplit(one).scheme in ("http", "https") and urlsplit(one).netloc.lower() == host
    ]
    return list(dict.fromkeys(ours))


def _root(document: bytes) -> etree._Element:
    admit(document, most_bytes=MOST_BYTES, most_elements=MOST_ELEMENTS)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(document, parser)


def _of_entry(entry: etree._Element) -> str | None:
    """The link that says it is CAP, else the one to the entry itself."""
    links = entry.findall(f"{_ATOM}link")
    for link in links:
        if (link.get("type") or "").partition(";")[0].strip() in CAP_MEDIA:
            return str(link.get("href") or "")
    plain = [link for link in links if link.get("rel", "alternate") == "alternate"]
    return str(plain[0].get("href") or "") if plain else None


def _of_item(item: etree._Element) -> str | None:
    enclosure = item.find("enclosure")
    if enclosure is not None and enclosure.get("type") in CAP_MEDIA:
        return str(enclosure.get("url") or "")
    link: str | None = item.findtext("link")
    return link
