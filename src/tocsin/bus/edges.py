"""Edges of a running server: any process of the state folder lets them in and shuts them out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tocsin.bus.accounts import LIVE, Folder, Plan, load_credentials
from tocsin.bus.device_users import reload, server_pid
from tocsin.bus.leaf import EDGES, LANES, SYSTEM, EdgeUsers, Invitation, check_edge
from tocsin.bus.leaf_tls import read_authority
from tocsin.bus.nats_link import Link
from tocsin.bus.permissions import KEEPER
from tocsin.bus.retention import RESUME_MARKS
from tocsin.kernel.errors import Misconfigured, NotFound, Unavailable

_OPEN_S = 2.0


def require_listener(state_dir: Path) -> Plan:
    """The plan of a server that edges can reach. Raises ``Misconfigured``."""
    plan = Plan.load(Folder(state_dir.resolve()))
    if plan is None or not plan.leaf_port:
        raise Misconfigured(
            "no edge can connect to this city yet",
            field="edges.host",
            value="",
            cure='in tocsin.toml: [edges] host = "0.0.0.0", address = "the name that boxes reach us by"; '
            "then start tocsin up again",
        )
    return plan


async def add_edge(
    state_dir: Path, name: str, *, realm: str = LIVE, by: str = "", at: str = ""
) -> Invitation:
    """Let an edge in; what it must be given, shown once.

    Raises ``Invalid`` (name), ``Conflict`` (exists), ``Misconfigured``, and what ``reload`` raises.
    """

    def add() -> Invitation:
        check_edge(name)
        plan, folder = require_listener(state_dir), Folder(state_dir.resolve())
        password = EdgeUsers(state_dir).add(name, realm=realm, by=by, at=at)
        reload(state_dir)
        address = plan.leaf_names[0]
        shown = f"[{address}]" if ":" in address else address
        url = f"tls://{shown}:{plan.leaf_port}"
        return Invitation(edge=name, url=url, password=password, ca=read_authority(folder))

    return await asyncio.to_thread(add)


async def remove_edge(state_dir: Path, name: str) -> None:
    """Shut it out, at once. What it sent stays. Raises ``NotFound``, and what ``reload`` raises.

    ``Unavailable``: its user is gone, its link may be open. A further call ends that first: links of one
    that is gone are ended before ``NotFound`` is said.
    """

    def remove() -> NotFound | None:
        gone = None
        try:
            EdgeUsers(state_dir).remove(name)
        except NotFound as error:
            gone = error
        reload(state_dir)
        return gone

    gone = await asyncio.to_thread(remove)
    await hang_up(state_dir)
    if gone is not None:
        raise gone


def marks_with(state_dir: Path) -> Mapping[str, tuple[str, ...]]:
    """``RESUME_MARKS`` with the newest of each lane of each edge: from there the edge goes on."""
    edges = EdgeUsers(state_dir).all()
    own = {
        kept: tuple(
            f"edge.{edge}.{lane}" for edge in edges for lane, stream in LANES.items() if stream == kept
        )
        for kept in set(LANES.values())
    }
    return {**RESUME_MARKS, **own}


def _without_server(state_dir: Path) -> bool:
    return server_pid(Folder(state_dir.resolve())) is None


async def hang_up(state_dir: Path) -> int:
    """End the links of all edges; how many were open. Those that still may are back within a second or two.

    A reload (nats-server 2.15) takes the user away and leaves its leaf connection open. Which link is whose
    only the box itself says, so none is spared. Raises ``Unavailable`` where the server stops answering.
    """
    if await asyncio.to_thread(_without_server, state_dir):
        return 0  # no server: no link
    link = Link(load_credentials(state_dir, KEEPER, realm=SYSTEM))
    try:
        await link.open(_OPEN_S)
    except Unavailable as error:
        raise Unavailable(
            "the bus server lives but does not answer: links of edges may be open still",
            cure="revoke it again",
        ) from error
    try:
        answer = await link.ask("$SYS.REQ.SERVER.PING.LEAFZ", b"{}", timeout_s=5)
        told: dict[str, Any] = json.loads(answer.data)
        open_ = [leaf["id"] for leaf in told["data"].get("leafs") or [] if leaf["account"] == EDGES]
        for number in open_:
            kick = json.dumps({"cid": number}).encode()
            await link.ask(f"$SYS.REQ.SERVER.{told['server']['id']}.KICK", kick, timeout_s=5)
        return len(open_)
    finally:
        await link.close()
