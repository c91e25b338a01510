"""From what a request names as its ``@context`` to the active context, remote parts cached and bounded."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import msgspec

from tocsin.ngsi.jsonld import core
from tocsin.ngsi.jsonld.core import CORE, CORE_URL, CORE_URLS
from tocsin.ngsi.jsonld.remote import Fetch, check_url
from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.problems import BadRequestData, LdContextNotAvailable

#: contexts that name contexts that name contexts
MAX_DEPTH = 8
#: documents of one request, all in all
MAX_DOCUMENTS = 32
MAX_TERMS = 50_000
_FRESH_S = 3600.0
_CACHED = 256
_CACHED_BYTES = 32 << 20

#: the stored context of that URL, if this installation hosts it
Hosted = Callable[[str], Awaitable[bytes | None]]


@dataclass(slots=True)
class Held:
    """A fetched document and what became of it."""

    url: str
    body: bytes
    fetched: float
    used: float
    hits: int = 0
    wall: float = field(default_factory=time.time)


@dataclass(slots=True)
class _Walk:
    """``named``: URLs of all documents; ``core``: whether the core context is among them."""

    documents: int = 0
    terms: int = 0
    named: set[str] = field(default_factory=set)
    core: bool = False


@dataclass(slots=True)
class _Made:
    at: float
    terms: Terms
    walk: _Walk


class Contexts:
    """``resolve`` any ``@context``. Successful answers of other servers are kept for an hour."""

    def __init__(self, fetch: Fetch, hosted: Hosted, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._hosted, self._clock = fetch, hosted, clock
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._made: OrderedDict[bytes, _Made] = OrderedDict()
        self._core = Held(CORE_URL, core.document(), clock(), time.time())
        self._under_way: dict[str, asyncio.Task[bytes]] = {}

    async def resolve(self, given: Any) -> Terms:
        """The active context of ``given`` (URL, object, array, None), below the core context.

        Raises ``LdContextNotAvailable`` (cannot be fetched, too large, refers to itself) and
        ``BadRequestData`` (is no context).
        """
        if given is None or (isinstance(given, str) and given in CORE_URLS) or given == []:
            self.used(CORE_URL)
            return CORE
        key = msgspec.json.encode(given)
        made = self._made.get(key)
        if made is None or self._clock() - made.at >= _FRESH_S:
            walk = _Walk()
            made = _Made(self._clock(), await self._layer(CORE, given, None, (), walk), walk)
            if len(key) <= 64 << 10:
                self._made[key] = made
                while len(self._made) > _CACHED:
                    self._made.popitem(last=False)
        else:
            self._made.move_to_end(key)
        for url in made.walk.named:
            self.used(url)
        return made.terms

    def stated(self, given: Any) -> Any:
        """``given``, resolved before, as an answer states it: the core context is in it, else it is put last
        (clause 5.5.7).
        """
        made = self._made.get(msgspec.json.encode(given))
        return given if made is not None and made.walk.core else with_core(given)

    def cached(self) -> list[Held]:
        """Fetched documents that are held now, and the core context, which is always."""
        return [*self._held.values(), self._core]

    def held(self, url: str) -> Held | None:
        return self._core if url in CORE_URLS else self._held.get(url)

    def used(self, url: str) -> None:
        """Count one use of what is held of ``url``."""
        held = self.held(url)
        if held is not None:
            held.hits += 1
            held.used = time.time()

    def forget(self, url: str | None = None) -> bool:
        """Drop one fetched document, or all that is derived; whether it was held."""
        self._made.clear()
        if url is None:
            return False
        return self._held.pop(url, None) is not None

    async def reload(self, url: str) -> None:
        """Fetch it anew; the old one stays where that fails. Raises ``LdContextNotAvailable``."""
        body = await self._fetch(url)
        try:
            _context_in(body, url)
        except BadRequestData as error:
            raise LdContextNotAvailable(
                error.message, field=error.field, value=error.value, cure=error.cure
            ) from error
        self._keep(url, body)
        self._made.clear()

    async def _layer(
        self, terms: Terms, given: Any, base: str | None, above: tuple[str, ...], walk: _Walk
    ) -> Terms:
        if given is None:
            return CORE
        if isinstance(given, list):
            for one in given:
                terms = await self._layer(terms, one, base, above, walk)
            return terms
        if isinstance(given, str):
            return await self._named(terms, given, base, above, walk)
        if isinstance(given, Mapping):
            walk.terms += len(given)
            if walk.terms > MAX_TERMS:
                raise LdContextNotAvailable(
                    f"the @context has more than {MAX_TERMS} terms", field="@context", cure="use less of it"
                )
            return terms.layered(given)
        raise BadRequestData(
            "not a @context", field="@context", value=given, cure="a URL, an object, or an array of them"
        )

    async def _named(
        self, terms: Terms, given: str, base: str | None, above: tuple[str, ...], walk: _Walk
    ) -> Terms:
        url = urljoin(base, given) if base else given
        if url in CORE_URLS:
            walk.core = True
            return terms
        check_url(url)
        walk.named.add(url)
        walk.documents += 1
        if url in above:
            raise _never_ends(url, "it includes itself")
        if len(above) >= MAX_DEPTH or walk.documents > MAX_DOCUMENTS:
            raise _never_ends(url, "it includes too many others")
        context = _context_in(await self._body(url), url)
        return await self._layer(terms, context, url, (*above, url), walk)

    async def _body(self, url: str) -> bytes:
        own = await self._hosted(url)
        if own is not None:
            return own
        held = self._held.get(url)
        if held is not None and self._clock() - held.fetched < _FRESH_S:
            self._held.move_to_end(url)
            return held.body
        # many requests name one context: fetched once, for all of them
        task = self._under_way.get(url)
        if task is None:
            task = asyncio.create_task(self._fetched(url))
            self._under_way[url] = task
            task.add_done_callback(lambda done: self._over(url, done))
        return await asyncio.shield(task)

    def _over(self, url: str, done: asyncio.Task[bytes]) -> None:
        self._under_way.pop(url, None)
        if not done.cancelled():
            done.exception()  # whoever asked has it, or has left

    async def _fetched(self, url: str) -> bytes:
        body = await self._fetch(url)
        self._keep(url, body)
        return body

    def _keep(self, url: str, body: bytes) -> None:
        self._held.pop(url, None)
        self._held[url] = Held(url, body, self._clock(), time.time())
        while len(self._held) > _CACHED or sum(len(h.body) for h in self._held.values()) > _CACHED_BYTES:
            self._held.popitem(last=False)


def with_core(given: Any) -> Any:
    """``given`` as an answer states it: the core context is always named, last (clause 5.5.7)."""
    if given is None or given == [] or (isinstance(given, str) and given in CORE_URLS):
        return CORE_URL
    parts = given if isinstance(given, list) else [given]
    if any(isinstance(part, str) and part in CORE_URLS for part in parts):
        return given
    return [*parts, CORE_URL]


def _context_in(body: bytes, url: str) -> Any:
    """Raises ``BadRequestData`` for a document that is no context (clause 5.5.6)."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequestData(
            "what this URL answers with is not JSON", field="@context", value=url, cure="check the URL"
        ) from error
    if not isinstance(document, dict) or "@context" not in document:
        raise BadRequestData(
            "this document has no @context", field="@context", value=url, cure="check the URL"
        )
    return document["@context"]


def _never_ends(url: str, why: str) -> LdContextNotAvailable:
    return LdContextNotAvailable(
        f"this @context cannot be resolved: {why}", field="@context", value=url, cure="mend that context"
    )
