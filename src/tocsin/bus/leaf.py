"""Boxes at the edge of a city: a leaf node each, in an account that leads to a few doors alone.

At the centre edges connect to an account ``EDGES``, empty but for what it imports from the realm: subjects
of stream EDGE, the newest message of each, and where they say how they are. Each edge is a user that speaks
below its own name alone, and hears the answers to itself alone: nothing of the realm passes on its link. At
the edge the link ends in an account ``UPLINK`` of its own, which only the uplink speaks in: no local subject
leaks out.
"""

from __future__ import annotations

import fcntl
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tocsin.bus.accounts import LIVE, Folder, Plan, hash_password, write_private
from tocsin.bus.permissions import inbox_prefix
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.subjects import EDGE_STATE, SUBJECTS

#: what an edge sends for keeping, one subject each, and the stream at the centre that keeps it
LANES: Mapping[str, str] = {
    s.pattern.rpartition(".")[2]: s.stream for s in SUBJECTS if s.publisher == "edge" and s.stream
}
EDGES, UPLINK, SYSTEM = "EDGES", "UPLINK", "SYS"
#: Half open links (a cable pulled) are given up after two of these unanswered, at both ends.
PING_S = 5
_NAME = re.compile(r"^[a-z][a-z0-9-]{0,31}\Z")


class EdgeUser(msgspec.Struct, frozen=True):
    """An edge as the centre's server knows it; of its password only a bcrypt hash is kept."""

    id: str
    realm: str
    hash: str
    by: str = ""
    #: ISO 8601
    at: str = ""


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What a box needs to reach its centre: the file that ``tocsin edge add`` prints once.

    ``ca``: PEM; the centre's certificate must be signed by it and bear the name in ``url``.
    """

    edge: str
    url: str
    password: str
    ca: str
    tocsin_edge: int = 1


def check_edge(name: str) -> str:
    """Raises ``Invalid``."""
    if not _NAME.match(name):
        raise Invalid(
            "not a name for an edge",
            field="name",
            value=name,
            cure="1-32 small letters, digits and -, a letter first: harbour-2",
        )
    return name


class EdgeUsers:
    """The edges of a state folder; several processes may change them. The server is told by ``reload``."""

    def __init__(self, state_dir: Path) -> None:
        self._folder = Folder(state_dir.resolve())

    def all(self) -> dict[str, EdgeUser]:
        """By name."""
        try:
            users = msgspec.json.decode(self._file.read_bytes(), type=list[EdgeUser])
        except FileNotFoundError:
            return {}
        return {user.id: user for user in users}

    def add(self, name: str, *, realm: str = LIVE, by: str = "", at: str = "") -> str:
        """Its password, shown once. Raises ``Invalid``, ``Conflict``."""
        check_edge(name)
        password = secrets.token_urlsafe(32)
        with self._changing() as users:
            if name in users:
                raise Conflict(
                    "there is an edge of this name", field="name", value=name, cure="revoke it first"
                )
            users[name] = EdgeUser(name, realm, hash_password(password), by, at)
        return password

    def remove(self, name: str) -> None:
        """Raises ``NotFound``."""
        with self._changing() as users:
            if users.pop(name, None) is None:
                raise NotFound("no such edge", field="name", value=name, cure="tocsin edge list")

    @property
    def _file(self) -> Path:
        return self._folder.root / "edges.json"

    @contextmanager
    def _changing(self) -> Iterator[dict[str, EdgeUser]]:
        self._folder.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder.root / "edges.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            users = self.all()
            yield users
            write_private(self._file, msgspec.json.encode(list(users.values())))


#: Subject as edges call it -> subject within the realm: all that they can reach of the centre, each below its
#: own name. These stand in the configuration from the start: what a reload (nats-server 2.15) adds to the
#: imports of an account leads nowhere until the server is started anew, while users come and go with it.
DOORS: Mapping[str, str] = {
    **{f"up.*.{lane}": f"edge.*.{lane}" for lane in LANES},
    **{f"up.*.last.{lane}": f"$JS.API.DIRECT.GET.{stream}.edge.*.{lane}" for lane, stream in LANES.items()},
    "up.*.state": EDGE_STATE,
}


def exports() -> list[str]:
    """Lines of the realm's account: its doors, open to edges alone."""
    lines = [f"      {{service: {_text(inner)}, accounts: [{EDGES}]}}" for inner in DOORS.values()]
    return ["    exports: [", *lines, "    ]"]


def edges_account(edges: Iterable[EdgeUser], realm_account: str) -> list[str]:
    """The account that edges connect to, each a user of its own."""
    return [
        f"  {EDGES} {{",
        "    users: [",
        *(
            f"      {{user: {_text(_user(edge.id))}, password: {_text(edge.hash)}, "
            f'allowed_connection_types: ["LEAFNODE"], permissions: {_own(edge.id)}}}'
            for edge in edges
        ),
        "    ]",
        "    imports: [",
        *(_import(realm_account, inner, outer) for outer, inner in DOORS.items()),
        "    ]",
        "  }",
    ]


def _import(account: str, inner: str, outer: str) -> str:
    return f"      {{service: {{account: {_text(account)}, subject: {_text(inner)}}}, to: {_text(outer)}}}"


def _own(edge: str) -> str:
    """An edge says and asks what is below its own name, and hears the answers to itself."""
    answers = f"{inbox_prefix(role_of(edge))}.>"
    return f"{{publish: {{allow: [{_text(f'up.{edge}.>')}]}}, subscribe: {{allow: [{_text(answers)}]}}}}"


def role_of(edge: str) -> str:
    """Of its uplink; answers to it come under this name."""
    return f"uplink_{edge}"


def listener(folder: Folder, plan: Plan) -> list[str]:
    """Where edges connect: TLS alone."""
    if not plan.leaf_port:
        return []
    return [
        "leafnodes {",
        f"  host: {_text(plan.leaf_host)}",
        f"  port: {plan.leaf_port}",
        f"  tls {{ cert_file: {_text(str(certificate(folder)))}, key_file: {_text(str(key(folder)))}, "
        "timeout: 5 }",
        "}",
        f'ping_interval: "{PING_S}s"',
        "ping_max: 2",
    ]


def certificate(folder: Folder) -> Path:
    return folder.root / "tls" / "leaf.pem"


def key(folder: Folder) -> Path:
    return folder.root / "tls" / "leaf.key"


def authority(folder: Folder) -> Path:
    """Certificate of who signs: made by us at a centre, of the invitation at an edge."""
    return folder.root / "tls" / "ca.pem"


def remote(folder: Folder, invitation: Invitation | None) -> list[str]:
    """The link of an edge to its centre, its domain and the account that it ends in."""
    if invitation is None:
        return []
    scheme, _, address = invitation.url.partition("://")
    url = f"{scheme}://{_user(invitation.edge).replace(':', '%3A')}:{invitation.password}@{address}"
    return [
        "leafnodes {",
        "  reconnect: 1",
        f"  remotes: [{{ urls: [{_text(url)}], account: {UPLINK}, "
        f"tls {{ ca_file: {_text(str(authority(folder)))}, timeout: 5 }} }}]",
        "}",
        f'ping_interval: "{PING_S}s"',
        "ping_max: 2",
    ]


def uplink_account(plan: Plan, invitation: Invitation | None) -> list[str]:
    if invitation is None:
        return []
    return [
        f"  {UPLINK} {{ users: [{{user: {_text(UPLINK_USER)}, password: {_text(plan.uplink_hash)}, "
        f'allowed_connection_types: ["STANDARD"], permissions: {_own(invitation.edge)}}}] }}',
    ]


#: never a role's, never a device's
UPLINK_USER = "tocsin:uplink"


def _user(edge: str) -> str:
    return f"edge:{edge}"


def _text(value: str) -> str:
    return json.dumps(value)
