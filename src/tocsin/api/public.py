"""What the API needs to show citizens, and the page as it was last made: visitors cost no query."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from tocsin.api.limits import RateLimit

#: a page is made anew at most so often, and a browser asks again after as long
FRESH_S = 300.0


class Mapped(NamedTuple):
    """What a mapping of the city connects: the entity type, and its own words about it."""

    type: str
    words: str


class Made(NamedTuple):
    body: bytes
    etag: str


def _nothing_mapped() -> Sequence[Mapped]:
    return ()


class PublicPage:
    """Values of the installation, and one cached page a language.

    ``mapped`` blocks: it reads the folder of mappings. Empty texts were not configured.
    """

    def __init__(
        self,
        *,
        languages: tuple[str, ...] = ("en",),
        complaints: str = "",
        authority: str = "",
        mapped: Callable[[], Sequence[Mapped]] = _nothing_mapped,
        per_minute: int = 300,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.languages = languages
        self.complaints, self.authority = complaints, authority
        self.mapped = mapped
        self.visits = RateLimit(per_minute=per_minute, burst=per_minute)
        self._clock = clock
        self._made: dict[str, tuple[float, Made]] = {}
        self._making = asyncio.Lock()

    async def page(self, lang: str, make: Callable[[], Awaitable[str]]) -> Made:
        """The page in this language, made once for all who ask within ``FRESH_S``."""
        if (fresh := self._fresh(lang)) is not None:
            return fresh
        async with self._making:
            if (fresh := self._fresh(lang)) is not None:
                return fresh
            body = (await make()).encode()
            made = Made(body, f'"public-{hashlib.sha256(body).hexdigest()[:24]}"')
            self._made[lang] = (self._clock() + FRESH_S, made)
            return made

    def _fresh(self, lang: str) -> Made | None:
        until, made = self._made.get(lang, (0.0, None))
        return made if self._clock() < until else None
