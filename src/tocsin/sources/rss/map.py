"""An entry of a feed as an ``SMPost`` of that feed: the entity is the feed, an entry a reading. Pure."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import msgspec

from tocsin.kernel.ids import content_id
from tocsin.kernel.text import clean
from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule, from_json, parse_time

_TAG = re.compile(r"<[^<>]{0,2000}>")


class Entry(msgspec.Struct):
    feed: str
    heard: str
    title: str = ""
    summary: str = ""
    link: str = ""
    id: str = ""
    published: str = ""
    updated: str = ""
    category: str = ""


def read(payload: bytes) -> Reading:
    """Raises ``Refused``."""
    try:
        entry = msgspec.json.decode(payload, type=Entry)
    except msgspec.ValidationError as error:
        raise Refused(Rule.NOT_MAPPED, str(error)[:200], cure="let the source fetch it anew") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        from_json(payload)
        raise
    headline = _plain(entry.title, 300) or _plain(entry.summary, 100)
    if not headline:
        raise Refused(Rule.EMPTY, "an entry without a title", field="title", cure="RFC 4287, 4.1.2")
    stated = {
        "headline": headline,
        "description": _plain(entry.summary, 900),
        "seeAlso": clean(entry.link, 500) if entry.link.startswith(("https://", "http://")) else "",
        "category": _plain(entry.category, 100),
    }
    try:
        parts = urlsplit(entry.feed)
    except ValueError:
        parts = urlsplit("")
    return Reading(
        id=local_id(parts.netloc, parts.path.strip("/")),
        type="SMPost",
        observed_at=_time(entry.updated or entry.published, entry.heard),
        attributes={name: text for name, text in stated.items() if text},
        message_id=content_id(entry.id or entry.link or entry.title, entry.updated or entry.published),
    )


def _plain(text: str, most: int) -> str:
    return clean(html.unescape(_TAG.sub(" ", text)), most)


def _time(stated: str, heard: str) -> datetime:
    """RFC 3339 (Atom) or RFC 822 (RSS); when it was heard where there is none. Raises ``Refused``."""
    if not stated:
        return parse_time(heard, "heard")
    if stated[:1].isdigit() and stated[4:5] == "-":
        return parse_time(stated, "updated")
    try:
        moment = parsedate_to_datetime(stated)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        raise Refused(
            Rule.BAD_TIME, "no such time", field="pubDate", value=stated, cure="RFC 822 or RFC 3339"
        ) from None
