"""Calls that were refused at the edge, before any command began: these too are rows of the record."""

from __future__ import annotations

from starlette.requests import Request

from tocsin.api.endpoint import contract_of
from tocsin.api.guard import asker_of
from tocsin.api.services import Services
from tocsin.identity.refusals import Attempt
from tocsin.kernel.errors import Conflict, Forbidden, TocsinError

#: what an object of a call's resource is called, where it is not the name without its s
_KINDS = {"entities": "entity", "status": "status"}
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


async def note(request: Request, services: Services, error: TocsinError) -> None:
    """Record ``error`` if somebody known was forbidden a call, or met a conflict in changing something.

    The row is named after the call (``call.remove_organisation``); what a command has recorded under its own
    name is left alone.
    """
    forbidden = isinstance(error, Forbidden)
    if not forbidden and not (isinstance(error, Conflict) and request.method not in _READS):
        return
    contract = contract_of(request.scope.get("endpoint"))
    if contract is None:
        return
    named = " ".join(str(value) for value in request.path_params.values())
    kind = _KINDS.get(contract.tag, contract.tag.removesuffix("s"))
    attempt = Attempt(f"call.{contract.name}"[:37], kind, named)
    await services.identity.refusals.note(asker_of(request), attempt, error)
