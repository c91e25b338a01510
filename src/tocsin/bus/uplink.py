"""The centre as a box at the edge reaches it: three doors, no more (see ``leaf.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.bus.accounts import load_credentials
from tocsin.bus.leaf import UPLINK, role_of
from tocsin.bus.nats_link import Link, Refused, parse
from tocsin.bus.nats_reader import own_headers
from tocsin.kernel.errors import Unavailable

#: a parcel takes its time on a slow link, a question does not
_STORED_S, _ANSWER_S = 10.0, 3.0
_WRONG_LAST_SEQUENCE = 10071


class Overtaken(Exception):
    """The lane has moved on at the centre: what was sent is there already, or somebody else sends too."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest message of one lane at the centre; ``seq`` 0: there is none."""

    seq: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


class Centre:
    """One link, of the box called ``edge``."""

    def __init__(self, link: Link, edge: str) -> None:
        self._link, self._edge = link, edge

    @classmethod
    async def connect(cls, state_dir: Path, edge: str, *, timeout_s: float = 15.0) -> Centre:
        """To the server of the box; whether the centre is within reach shows when it is asked."""
        link = Link(load_credentials(state_dir, role_of(edge), realm=UPLINK))
        await link.open(timeout_s)
        return cls(link, edge)

    async def newest(self, lane: str) -> Newest:
        """Raises ``Unavailable``."""
        answer = await self._link.ask(f"up.{self._edge}.last.{lane}", timeout_s=_ANSWER_S)
        headers = answer.headers or {}
        if headers.get("Status") == "404":
            return Newest()
        if "Nats-Sequence" not in headers:
            raise Unavailable(f"the centre does not answer as it should: {headers}")
        return Newest(int(headers["Nats-Sequence"]), own_headers(headers))

    async def store(self, lane: str, data: bytes, headers: Mapping[str, str], *, after: int) -> int:
        """Stored at the centre, directly after its message ``after`` of this lane, or not at all.

        Raises ``Unavailable`` (it may be stored all the same: ask ``newest``) and ``Overtaken``.
        """
        sent = {**headers, "Nats-Expected-Last-Subject-Sequence": str(after)}
        answer = await self._link.ask(f"up.{self._edge}.{lane}", data, headers=sent, timeout_s=_STORED_S)
        try:
            return int(parse(answer.data)["seq"])
        except Refused as error:
            if error.err_code == _WRONG_LAST_SEQUENCE:
                raise Overtaken(error.words) from error
            raise Unavailable(f"the centre did not store it: {error.words}") from error

    async def tell(self, data: bytes) -> None:
        """Ephemeral, heard by the centre if it is there."""
        await self._link.send(f"up.{self._edge}.state", data)

    async def close(self) -> None:
        await self._link.close()
