"""Pages of lists that are no entities (clause 6.3.10)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.negotiation import LD_JSON
from tocsin.ngsi.problems import BadRequestData, TooManyResults

USUAL, MOST = 20, 1000


def checked_limit(call: Call, count: bool) -> int:
    """``limit``. Raises ``TooManyResults``, and ``BadRequestData`` where nothing is asked for."""
    limit = call.number("limit", USUAL)
    if limit > MOST:
        raise TooManyResults("too many at once", field="limit", value=limit, cure=f"at most {MOST}")
    if limit == 0 and not count:
        raise BadRequestData("nothing is asked for", field="limit", value=0, cure="count=true, or 1 and more")
    return limit


def page_links(call: Call, offset: int, limit: int, *, more: bool) -> list[str]:
    """To the page before and the next one, where there are such."""
    if not limit:
        return []
    before = [_link(call, "prev", max(0, offset - limit), limit)] if offset else []
    return before + ([_link(call, "next", offset + limit, limit)] if more else [])


def _link(call: Call, rel: str, offset: int, limit: int) -> str:
    given = parse_qsl(call.request.url.query, keep_blank_values=True)
    kept = [pair for pair in given if pair[0] not in ("offset", "limit")]
    query = urlencode([*kept, ("limit", limit), ("offset", offset)])
    path = call.request.url.path.rstrip("/")
    return f'<{path}?{query}>; rel="{rel}"; type="{LD_JSON}"'
