"""Questions about the lake and erasures from it: recorded before anything of the answer is seen."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from tocsin.api.commands.consult import consult
from tocsin.api.commands.look_back import require_past
from tocsin.api.lake import Tables
from tocsin.api.schemas_lake import Erasure, NewErasure, SqlQuery
from tocsin.api.services import Services
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Subject
from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.lake.erasure.records import EraseAsked
from tocsin.lake.series.records import SeriesListAsked, SeriesListed
from tocsin.lake.sql.records import Format, SqlAnswer, SqlAsked

_REASON_CHARS = 500
_LEAST_IDENTIFIER = 3


def tables_of(ask: Services) -> Tables:
    """Raises ``Unavailable`` where this process has none."""
    if ask.tables is None:
        raise Unavailable("the lake cannot be asked here", cure="ask the door of the city")
    return ask.tables


async def query(ask: Services, caller: Subject, given: SqlQuery, form: Format) -> SqlAnswer:
    """The answer, once it is recorded who asked what. Raises what ``lake.sql`` raises, ``Forbidden``."""
    policy.require(caller, Permission.ANALYSE)
    _bindable(given.parameters)
    as_of = _moment(ask, given.as_of)
    reason = _reason(given.reason)
    asked = SqlAsked(
        sql=given.sql,
        parameters=given.parameters,
        as_of=as_of,
        personal=bool(reason),
        format=form,
        max_rows=given.rows,
        max_s=given.seconds,
    )
    found = await tables_of(ask).asked.sql(asked)
    detail = query_detail(asked, found)
    await _record(ask, caller, "lake.query", reason, detail)
    return found


def query_detail(asked: SqlAsked, found: SqlAnswer) -> dict[str, object]:
    """What the record keeps of a query: its text in part and whole as a hash, never its parameters."""
    detail: dict[str, object] = {
        "sql": asked.sql,
        "sha_of_sql": hashlib.sha256(asked.sql.encode("utf-8", "surrogatepass")).hexdigest(),
        "rows": found.facts.rows,
        "personal": "included" if asked.personal else "left out",
        "format": asked.format,
    }
    return detail | ({"as_of": iso(asked.as_of)} if asked.as_of else {})


async def series(ask: Services, caller: Subject, asked: SeriesListAsked, reason: str) -> SeriesListed:
    """A page of series; those of personal classes are recorded with the reason."""
    policy.require(caller, Permission.ANALYSE)
    found = await tables_of(ask).asked.series(asked)
    if asked.personal:
        await _record(
            ask, caller, "lake.series", reason, {"series": len(found.series), "personal": "included"}
        )
    return found


async def erase(ask: Services, caller: Subject, given: NewErasure) -> Erasure:
    """All that is stored of somebody, gone and searched for. Who it was enters no record.

    Raises ``Forbidden``, ``Invalid``, ``Unavailable`` (not done yet: the same call again goes on).
    """
    policy.require(caller, Permission.OVERSEE)
    told, detail = await erasure_of(tables_of(ask), given)
    await _record(
        ask, caller, "lake.erase", given.reason.strip(), detail, Permission.OVERSEE, "right to erasure"
    )
    return told


async def erasure_of(tables: Tables, given: NewErasure) -> tuple[Erasure, dict[str, object]]:
    """The same without asking who may: the answer, and what the record keeps of it."""
    if not _reason(given.reason):
        raise Invalid("an erasure needs its reason", field="reason", value="", cure="say who asked for it")
    names = await asyncio.to_thread(_names, tables, given)
    found = await tables.asked.erase(names)
    told = Erasure(
        rows=found.rows,
        readings=found.readings,
        entities=found.entities,
        files=found.files,
        searched=found.searched,
        names=len(names.texts) + len(names.entities),
        elsewhere=list(tables.elsewhere),
    )
    return told, {
        "rows": found.rows,
        "readings": found.readings,
        "entities": found.entities,
        "files": found.files,
    }


def _names(tables: Tables, given: NewErasure) -> EraseAsked:
    texts, entities, ends = [], [], []
    if given.identifier.strip():
        if len(given.identifier.strip()) < _LEAST_IDENTIFIER:
            raise Invalid(
                "too short to be one person's",
                field="identifier",
                value=given.identifier,
                cure="give it whole",
            )
        found = tables.names_of(given.identifier.strip())
        texts, ends = list(found.texts), list(found.locals)
    if given.pseudonym:
        if not given.pseudonym.startswith(("p:", "p~")):
            raise Invalid(
                "no pseudonym", field="pseudonym", value=given.pseudonym, cure="as it is stored: p:…"
            )
        texts.append("p:" + given.pseudonym[2:])
        ends.append("p~" + given.pseudonym[2:])
    if given.entity:
        entities.append(given.entity)
    if not (given.identifier.strip() or texts or entities):
        raise Invalid("this names nobody", field="identifier", cure="give identifier, entity or pseudonym")
    if not (texts or entities):
        raise Invalid(
            "no key is left that could have made a pseudonym of it",
            field="identifier",
            cure="what was stored under destroyed keys cannot be linked to anybody; it goes on schedule",
        )
    return EraseAsked(texts, entities, ends)


def _bindable(parameters: object) -> None:
    """Raises ``Invalid`` for a whole number that takes more than 64 bits."""
    left = [parameters]
    while left:
        one = left.pop()
        if isinstance(one, int) and not -(2**63) <= one < 2**63:
            raise Invalid(
                "a whole number has at most 64 bits here",
                field="parameters",
                value=one,
                cure="give it as a text, and cast it: $name::HUGEINT",
            )
        left.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())


def _moment(ask: Services, as_of: datetime | None) -> datetime | None:
    if as_of is None:
        return None
    if as_of.tzinfo is None:
        raise Invalid("a time needs its zone", field="as_of", value=as_of.isoformat(), cure="add Z for UTC")
    require_past(ask, as_of)
    return as_of.astimezone(UTC)


def _reason(given: str) -> str:
    reason = given.strip()
    if len(reason) > _REASON_CHARS:
        raise Invalid(
            "too long", field="reason", value=len(reason), cure=f"at most {_REASON_CHARS} characters"
        )
    return reason


async def _record(
    ask: Services,
    caller: Subject,
    action: str,
    reason: str,
    detail: Mapping[str, object],
    needs: Permission = Permission.ANALYSE,
    purpose: str = "analysis",
) -> None:
    await consult(
        ask,
        caller,
        needs,
        lambda _conn: None,
        action=action,
        kind="lake",
        object_id="observations",
        purpose=purpose,
        reason=reason,
        detail=detail,
    )
