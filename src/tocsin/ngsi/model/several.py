"""Many entities in one body, each read on its own (clauses 5.6.7 to 5.6.10 and 5.6.20, 6.3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.model.read import Reader
from tocsin.ngsi.problems import BadRequestData, Problem

MOST = 10_000
_ENCODE = msgspec.json.Encoder().encode

#: what each context that is named comes to, by ``key``; or the error that it comes to instead
Contexts = Mapping[str, Terms | dict[str, Any]]


class Manner(msgspec.Struct, frozen=True):
    """How a body is read: see ``Reader`` and its ``entity``. ``inline``: each document has its context."""

    inline: bool
    whole: bool
    merging: bool
    simplified: bool


def listed(given: Any) -> list[Any]:
    """What a batch's body holds. Raises ``BadRequestData``."""
    if not isinstance(given, list) or not given:
        raise BadRequestData("not an array with something in it", field="body", cure="send an array")
    if None in given:
        raise BadRequestData("null is no item", field="body", cure="leave it out")
    if len(given) > MOST:
        raise BadRequestData(f"{len(given)} at once", field="body", cure=f"at most {MOST}; send several")
    return given


def refusal(entity: Any, error: dict[str, Any]) -> dict[str, Any]:
    """A BatchEntityError (clause 5.2.17)."""
    return {"entityId": entity, "error": error} if isinstance(entity, str) else {"error": error}


def taken_out(document: dict[str, Any], *, inline: bool) -> Any:
    """The context of a document, which is then no longer in it; None where it belongs elsewhere.

    Raises ``BadRequestData`` where it is missing, or is there and should not be.
    """
    if inline:
        if "@context" not in document:
            raise BadRequestData("the @context is missing", field="@context", cure="put it into the document")
        return document.pop("@context")
    if "@context" in document:
        raise BadRequestData(
            "a @context in the body does not go with application/json",
            field="@context",
            cure="send application/ld+json, or name it in a Link header",
        )
    return None


def key(context: Any) -> str:
    """The same for the same context."""
    return "" if context is None else _ENCODE(context).decode()


def named(given: Any) -> dict[str, Any]:
    """The contexts that documents of a batch have in them, by ``key``."""
    found = (one["@context"] for one in listed(given) if isinstance(one, dict) and "@context" in one)
    return {key(one): one for one in found}


def several(given: Any, manner: Manner, contexts: Contexts) -> tuple[list[Entity], list[dict[str, Any]]]:
    """The entities as they are meant, and a ``refusal`` of each that cannot be read.

    ``given``: the body, whose documents lose their contexts. ``contexts`` holds all of ``named``; "": that of
    documents which have none of their own. Raises ``BadRequestData`` where it is no array of a fair length.
    """
    entities: list[Entity] = []
    errors: list[dict[str, Any]] = []
    readers = {
        name: Reader(terms, simplified=manner.simplified, merging=manner.merging)
        for name, terms in contexts.items()
        if isinstance(terms, Terms)
    }
    for one in listed(given):
        try:
            if not isinstance(one, dict):
                raise BadRequestData("not an entity", field="body", value=one, cure="an array of objects")
            name = key(taken_out(one, inline=manner.inline))
            if name not in readers:
                errors.append(refusal(_id_of(one), dict(contexts[name])))  # type: ignore[arg-type]
                continue
            entity = readers[name].entity(one, whole=manner.whole)
            if "id" not in entity:
                raise BadRequestData("the entity has no id", field="id", cure="give it")
            entities.append(entity)
        except Problem as error:
            errors.append(refusal(_id_of(one), error.document()))
    return entities, errors


def _id_of(given: Any) -> Any:
    return given.get("id", given.get("@id")) if isinstance(given, dict) else None
