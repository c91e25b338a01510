"""Several servers as one bus: what each node needs, made once for all of them.

    lay_out(Path("cluster"), [Peer("a", "10.0.0.1"), Peer("b", "10.0.0.2"), Peer("c", "10.0.0.3")])

makes a state folder for each node (``cluster/a`` …) and one for the city's processes (``cluster/city``). A
node's configuration is then written by ``nats_config`` as that of any server of ours. Clients, routes and
devices speak TLS, by certificates of one authority that is made here; its key stays in ``cluster/authority``.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tocsin.bus.accounts import LIVE, Credentials, Folder, hash_password, write_private
from tocsin.bus.permissions import CITY, KEEPER, user_name
from tocsin.kernel.errors import Invalid

_ROUTE_USER = "tocsin-route"
_MOST = 7


class Peer(msgspec.Struct, frozen=True):
    """A node as the others and its clients reach it."""

    name: str
    host: str
    port: int = 4222
    mqtt_port: int = 8883
    route_port: int = 6222


class Node(msgspec.Struct, frozen=True):
    """One server of a cluster: ``<state>/nats/node.json``. ``users``: realm -> role -> bcrypt hash."""

    name: str
    peers: list[Peer]
    route_password: str
    users: dict[str, dict[str, str]]
    system_hash: str

    @property
    def here(self) -> Peer:
        return next(peer for peer in self.peers if peer.name == self.name)


def node_of(folder: Folder) -> Node | None:
    """Of this state folder's server; None where it stands alone."""
    try:
        return msgspec.json.decode((folder.root / "node.json").read_bytes(), type=Node)
    except FileNotFoundError:
        return None


def replicas_of(peers: int) -> int:
    """How many nodes hold each message: three where there are as many; two would stop when one is lost."""
    return 3 if peers >= 3 else 1


def lay_out(out: Path, peers: Sequence[Peer], *, realms: Sequence[str] = (LIVE,)) -> list[str]:
    """Folders for all nodes and for the city; the lines of settings for the city's ``tocsin.toml``.

    Raises ``Invalid``: an even number of nodes, names twice, or a folder that holds a cluster already.
    """
    from tocsin.bus.leaf_tls import prepare

    names = [peer.name for peer in peers]
    if len(peers) % 2 == 0 or len(peers) > _MOST or len(set(names)) != len(names):
        raise Invalid(
            "no such cluster",
            field="node",
            value=" ".join(names),
            cure=f"an odd number of nodes, 3 or 5 and at most {_MOST}, each with a name of its own",
        )
    if any(not name.isalnum() or name in ("city", "authority") for name in names):
        raise Invalid("not a name for a node", field="node", value=" ".join(names), cure="letters, digits")
    if (out / "city").exists():
        raise Invalid("there is a cluster in this folder", field="out", value=out, cure="give another")
    city = Folder(out.resolve() / "city")
    urls = ",".join(f"nats://{peer.host}:{peer.port}" for peer in peers)
    users: dict[str, dict[str, str]] = {realm: {} for realm in realms}
    keepers: dict[str, str] = {}
    for realm in realms:
        for role in (*CITY, KEEPER):
            password = secrets.token_urlsafe(24)
            users[realm][role] = hash_password(password)
            _give(city, urls, realm, role, password)
            if role == KEEPER:
                keepers[realm] = password
    route, system = secrets.token_urlsafe(24), hash_password(secrets.token_urlsafe(24))
    authority = Folder(out.resolve() / "authority")
    for peer in peers:
        folder = Folder(out.resolve() / peer.name)
        write_private(
            folder.root / "node.json",
            msgspec.json.encode(Node(peer.name, list(peers), route, users, system)),
        )
        prepare(folder, [peer.host], signer=authority, peer=True)
        for realm, password in keepers.items():  # its keeper reads which devices may send
            _give(folder, f"nats://{peer.host}:{peer.port}", realm, KEEPER, password)
    ca = (authority.root / "tls" / "ca.pem").read_bytes()
    write_private(city.root / "tls" / "ca.pem", ca)
    return [
        "[bus]",
        f"servers = {json.dumps(urls.replace(',', ' '))}",
        'ca_file = "nats/tls/ca.pem"',
        f"replicas = {replicas_of(len(peers))}",
    ]


def _give(folder: Folder, url: str, realm: str, role: str, password: str) -> None:
    given = Credentials(url, user_name(realm, role), password, realm, role)
    write_private(folder.credentials(realm, role), msgspec.json.encode(given))


def tls(folder: Folder) -> str:
    """Of a listener for clients: they show a password, it shows a certificate."""
    at = folder.root / "tls"
    return f"tls {{ cert_file: {_text(at / 'leaf.pem')}, key_file: {_text(at / 'leaf.key')}, timeout: 5 }}"


def routes(folder: Folder, node: Node) -> list[str]:
    """The block ``cluster`` of a node: routes to its peers, both ends with certificate and password."""
    at, here = folder.root / "tls", node.here
    others = [peer for peer in node.peers if peer.name != node.name]
    to = ", ".join(
        _text(f"tls://{_ROUTE_USER}:{node.route_password}@{peer.host}:{peer.route_port}") for peer in others
    )
    return [
        "cluster {",
        "  name: tocsin",
        f"  listen: {_text(f'{here.host}:{here.route_port}')}",
        # clients know every node by the name in its certificate; gossip would tell them addresses
        "  no_advertise: true",
        f"  authorization {{ user: {_ROUTE_USER}, password: {_text(node.route_password)}, timeout: 5 }}",
        f"  tls {{ cert_file: {_text(at / 'leaf.pem')}, key_file: {_text(at / 'leaf.key')}, "
        f"ca_file: {_text(at / 'ca.pem')}, timeout: 5 }}",
        f"  routes: [{to}]",
        "}",
    ]


def _text(value: object) -> str:
    return json.dumps(str(value))
