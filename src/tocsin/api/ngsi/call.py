"""One call of the interface: its parameters, its context, its body, and how it is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.guard import caller_of
from tocsin.api.ngsi.negotiation import (
    KINDS,
    Media,
    answer_media,
    body_media,
    context_link,
    joined,
    linked_context,
    prefers_json,
)
from tocsin.api.services import Services
from tocsin.identity.policy import Subject
from tocsin.ngsi.broker import Broker
from tocsin.ngsi.contexts.hosting import PATH
from tocsin.ngsi.jsonld import CORE_URL, Terms
from tocsin.ngsi.model.several import taken_out
from tocsin.ngsi.problems import BadRequestData, InvalidRequest

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder().decode
_TRUE, _FALSE = frozenset(("true", "1")), frozenset(("false", "0", ""))


class _Looked(Headers):
    """Looked up by name where the framework's are searched: a call asks for half a dozen of them."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        super().__init__(raw=raw)
        # the first of several, as the framework has it
        self._first = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(raw)}

    def get(self, key: str, default: Any = None) -> Any:
        """``key`` in lower case."""
        return self._first.get(key, default)

    def __getitem__(self, key: str) -> str:
        return self._first[key.lower()]

    def __contains__(self, key: object) -> bool:
        return key in self._first


class Asked(Request):
    """A request for entities."""

    @cached_property
    def headers(self) -> Headers:
        return _Looked(self.scope["headers"])


@contextmanager
def json_read() -> Iterator[None]:
    """Whatever a body that is no JSON raises becomes ``InvalidRequest``."""
    try:
        yield
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(
            f"the body is not JSON: {error}", field="body", cure="send JSON in UTF-8"
        ) from error


class Call:
    """``given`` is the context as the request names it, None the core alone; ``terms`` what it means."""

    def __init__(self, request: Request, services: Services, broker: Broker, parts: Sequence[str]) -> None:
        self.request, self.services, self.broker = request, services, broker
        #: what stands for each ``*`` of the path
        self.parts = tuple(parts)
        self.params: Mapping[str, str] = request.query_params if request.scope["query_string"] else {}
        self.given: Any = None

    @property
    def caller(self) -> Subject:
        return caller_of(self.request)

    async def terms(self) -> Terms:
        """Of a call without a body: from its Link header."""
        self.given = linked_context(self.request.headers)
        return await self.broker.contexts.resolve(self.given)

    async def body(self) -> tuple[Any, Media]:
        """The body as JSON, contexts still in it. Raises ``InvalidRequest`` for what is none."""
        media = body_media(self.request.headers, self.request.method)
        with json_read():
            return _DECODE(await self.request.body()), media

    async def document(self, *, filled: bool = False) -> tuple[dict[str, Any], Terms]:
        """A body that is one object, without its context; and that. ``filled``: it must say something."""
        given, media = await self.body()
        if not isinstance(given, dict):
            raise BadRequestData("not a JSON object", field="body", cure="send one")
        if filled and not given:
            raise InvalidRequest("the body is empty", field="body", cure="say what is meant")
        return given, await self.context_of(given, media)

    def linked(self, media: Media) -> str | None:
        """The context that the Link header names. Raises ``BadRequestData`` beside a body with its own."""
        link = linked_context(self.request.headers)
        if media == "ld" and link is not None:
            raise BadRequestData(
                "a @context in a Link header goes with application/json alone",
                field="Link",
                cure="leave it out",
            )
        return link

    async def context_of(self, document: dict[str, Any], media: Media) -> Terms:
        """The context of a document in the body, which it is taken out of (clause 6.3.5)."""
        link = self.linked(media)
        own = taken_out(document, inline=media == "ld")
        self.given = own if media == "ld" else link
        return await self.broker.contexts.resolve(self.given)

    def options(self, known: Sequence[str]) -> frozenset[str]:
        """The words of ``options``. Raises ``InvalidRequest`` for one that is not ``known``."""
        given = [one for one in self.params.get("options", "").split(",") if one]
        for one in given:
            if one not in known:
                raise InvalidRequest(
                    "no such option", field="options", value=one, cure="one of " + ", ".join(known)
                )
        return frozenset(given)

    def flag(self, name: str) -> bool:
        """Raises ``BadRequestData`` for what is neither true nor false."""
        given = self.params.get(name, "").lower()
        if given not in _TRUE | _FALSE:
            raise BadRequestData("neither true nor false", field=name, value=given, cure="true or false")
        return given in _TRUE

    def number(self, name: str, default: int) -> int:
        """A whole number, not negative. Raises ``BadRequestData``."""
        given = self.params.get(name)
        if given is None:
            return default
        if not (given.isascii() and given.isdigit() and len(given) < 16):
            raise BadRequestData("not a whole number", field=name, value=given, cure="0 or more")
        return int(given)

    async def answer(
        self,
        value: Any,
        status: int = 200,
        *,
        headers: Mapping[str, str] | None = None,
        links: Sequence[str] = (),
        media: Media | None = None,
    ) -> Response:
        """``value`` as JSON, its context in it or named by a Link header (clause 6.3.6)."""
        media = media or answer_media(self.request.headers)
        said = list(links)
        if media == "json" or (media == "geo" and prefers_json(self.request.headers)):
            said.append(context_link(await self.context_url()))
        else:
            context = self.broker.contexts.stated(self.given)
            if isinstance(value, list):
                value = [{**one, "@context": context} if isinstance(one, dict) else one for one in value]
            elif isinstance(value, dict):
                value = {**value, "@context": context}
        made = dict(headers or {})
        if said:
            made["link"] = joined(said)
        return Response(_ENCODE(value), status, made, KINDS[media])

    @staticmethod
    def told(value: Any, status: int) -> Response:
        """What became of a change: JSON of whole names and ids, which needs no context (clause 6.3.6)."""
        return Response(_ENCODE(value), status, media_type=KINDS["json"])

    async def context_url(self) -> str:
        """Where the context of this call can be had."""
        if self.given is None:
            return CORE_URL
        if isinstance(self.given, str):
            return self.given
        if isinstance(self.given, list) and len(self.given) == 1 and isinstance(self.given[0], str):
            return self.given[0]
        return self.hosted_url(await self.broker.hosting.implicit(self.given))

    def hosted_url(self, context_id: str) -> str:
        return f"{self.base_url}{PATH}{context_id}"

    @property
    def base_url(self) -> str:
        """Where callers reach this installation, without a slash at its end."""
        return self.services.public_url or str(self.request.base_url).rstrip("/")
