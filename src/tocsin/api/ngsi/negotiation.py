"""Headers of the HTTP binding: Link, Content-Type, Accept (clauses 6.3.4 to 6.3.7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from starlette.datastructures import Headers

from tocsin.api.accept import wanted
from tocsin.kernel.errors import Invalid
from tocsin.ngsi.problems import BadRequestData, InvalidRequest

JSON, LD_JSON, GEO_JSON = "application/json", "application/ld+json", "application/geo+json"
MERGE_PATCH = "application/merge-patch+json"
CONTEXT_REL = "http://www.w3.org/ns/json-ld#context"
Media = Literal["json", "ld", "geo"]
#: in the order in which they are taken of several that are liked equally (clause 6.3.4)
KINDS: dict[Media, str] = {"json": JSON, "ld": LD_JSON, "geo": GEO_JSON}
_WITHOUT_GEO: dict[Media, str] = {"json": JSON, "ld": LD_JSON}
_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[A-Za-z*]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]+))*)")
_PARAM = re.compile(r";\s*([A-Za-z*]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")


class NotAcceptable(InvalidRequest):
    """Clause 6.3.4."""

    status = 406


class UnsupportedMedia(InvalidRequest):
    """Clause 6.3.4."""

    status = 415


def linked_context(headers: Headers) -> str | None:
    """The context that a Link header names. Raises ``BadRequestData`` for more than one (clause 6.3.5)."""
    if "link" not in headers:
        return None
    found = []
    for header in headers.getlist("link"):
        for link in _LINK.finditer(header):
            params = {key.lower(): quoted or bare for key, quoted, bare in _PARAM.findall(link[2])}
            if params.get("rel") == CONTEXT_REL:
                found.append(link[1].strip())
    if len(found) > 1:
        raise BadRequestData("more than one @context", field="Link", value=found[1], cure="name one")
    return found[0] if found else None


def context_link(url: str) -> str:
    """As it goes into an answer (clause 6.3.6)."""
    return f'<{url}>; rel="{CONTEXT_REL}"; type="{LD_JSON}"'


def body_media(headers: Headers, method: str) -> Media:
    """What kind of body this is; one that says nothing of itself is JSON. Raises ``UnsupportedMedia``."""
    stated = headers.get("content-type", "").partition(";")[0].strip().lower()
    if stated == LD_JSON:
        return "ld"
    if stated in (JSON, "") or (stated == MERGE_PATCH and method == "PATCH"):
        return "json"
    raise UnsupportedMedia(
        "not a kind of body that is read here",
        field="Content-Type",
        value=stated,
        cure=f"{JSON} or {LD_JSON}",
    )


def answer_media(headers: Headers, *, geo: bool = False) -> Media:
    """What kind of answer is wanted. Raises ``NotAcceptable``."""
    header = headers.get("accept", "")
    if header in ("", "*/*", JSON):
        return "json"
    try:
        return wanted(header, KINDS if geo else _WITHOUT_GEO)
    except Invalid as error:
        raise NotAcceptable(error.message, field="Accept", value=header, cure=error.cure) from error


def prefers_json(headers: Headers) -> bool:
    """Whether GeoJSON is wanted without a context in it (clause 6.3.6)."""
    return any(one.strip().lower() == "body=json" for one in headers.get("prefer", "").split(","))


def joined(links: Sequence[str]) -> str:
    return ", ".join(links)
