"""The server's configuration file, written whole from a plan and the device users."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable

import msgspec

from tocsin.bus.accounts import LIVE, DeviceUser, Folder, Plan, write_private
from tocsin.bus.cluster import Node, node_of, replicas_of, routes, tls
from tocsin.bus.leaf import (
    SYSTEM,
    EdgeUser,
    EdgeUsers,
    Invitation,
    edges_account,
    exports,
    listener,
    remote,
    uplink_account,
)
from tocsin.bus.permissions import KEEPER, Permissions, account_name, of_device, of_role, user_name
from tocsin.bus.topics import device_subject

#: An envelope holds up to 500 items; the gateway and HTTP refuse larger bodies long before this.
MAX_PAYLOAD_BYTES = 8 * 1024 * 1024

# sync_interval: every write reaches the kernel before its acknowledgement, so killing the server or any
# process loses nothing whatever its value; it only bounds what a power cut can take. `always` would cost
# MQTT and single publishes their rate (1,300/s measured, one fsync each, on a good disk); the default is 2
# minutes. At 1 s the loss is bounded to the last second of readings, and alerts and decisions are in `ops`
# (synchronous=FULL) first.
SYNC_INTERVAL = "1s"


def store_key(folder: Folder) -> str:
    """The key that all streams are encrypted under; made at the first start, private to its owner."""
    file = folder.root / "store.key"
    if not file.exists():
        write_private(file, secrets.token_hex(32).encode())
    return file.read_text("ascii")


def _text(value: str) -> str:
    return json.dumps(value)  # also keeps `$` from being read as a variable


def _permissions(permissions: Permissions) -> str:
    publish = ", ".join(map(_text, permissions.publish))
    subscribe = (
        f"allow: [{', '.join(map(_text, permissions.subscribe))}]" if permissions.subscribe else 'deny: [">"]'
    )
    replies = ", allow_responses: true" if permissions.answers else ""
    return f"{{publish: {{allow: [{publish}]}}, subscribe: {{{subscribe}}}{replies}}}"


def _account(
    realm: str, roles: dict[str, str], devices: Iterable[DeviceUser], *, open_to_edges: bool
) -> list[str]:
    lines = [f"  {_text(account_name(realm))} {{", "    jetstream: enabled", "    users: ["]
    for role, password_hash in roles.items():
        allowed = "" if role == KEEPER else f", permissions: {_permissions(of_role(role))}"
        lines.append(
            f"      {{user: {_text(user_name(realm, role))}, password: {_text(password_hash)}, "
            f'allowed_connection_types: ["STANDARD"]{allowed}}}'
        )
    for device in devices:
        allowed = _permissions(of_device(device_subject(device.id)))
        lines.append(
            f"      {{user: {_text(device.id)}, password: {_text(device.hash)}, "
            f'allowed_connection_types: ["MQTT"], permissions: {allowed}}}'
        )
    return [*lines, "    ]", *(exports() if open_to_edges else []), "  }"]


def render(
    folder: Folder,
    plan: Plan,
    devices: Iterable[DeviceUser],
    edges: Iterable[EdgeUser] = (),
    invitation: Invitation | None = None,
    node: Node | None = None,
) -> str:
    """The whole file. Nothing is reachable without a password, nothing but loopback without TLS.

    ``edges``: boxes that may connect to this server. ``invitation``: of this server, if it is such a box.
    ``node``: of this server, if it is one of several.
    """
    open_to_edges = bool(plan.leaf_port)
    by_realm: dict[str, list[DeviceUser]] = {realm: [] for realm in plan.users}
    for device in devices:
        by_realm.setdefault(device.realm, []).append(device)
    of_realms = [
        line
        for realm, roles in plan.users.items()
        for line in _account(realm, roles, by_realm[realm], open_to_edges=open_to_edges and realm == LIVE)
    ]
    return "\n".join(
        [
            "# Written by tocsin; changes are overwritten. Holds password hashes: keep it private.",
            f"host: {_text(plan.host)}",
            f"port: {plan.port}",
            f"server_name: {_text(plan.name)}",
            f"log_file: {_text(str(folder.log))}",
            "logfile_size_limit: 8MB",
            "logfile_max_num: 3",
            f"max_payload: {MAX_PAYLOAD_BYTES}",
            f"max_pending: {8 * MAX_PAYLOAD_BYTES}",
            'write_deadline: "10s"',
            "jetstream {",
            *([f"  domain: {_text(plan.name)}"] if invitation else []),
            f"  store_dir: {_text(str(folder.root / 'store'))}",
            f"  max_file_store: {plan.max_store_bytes}",
            "  max_memory_store: 67108864",
            f'  sync_interval: "{SYNC_INTERVAL}"',
            # Raw readings stand here before anything of ours has seen them (MQTT). Each block of a stream
            # has a
            # key of its own, wrapped by this one and deleted with the block: what was trimmed stays
            # unreadable.
            '  cipher: "aes"',
            f"  key: {_text(store_key(folder))}",
            "}",
            *_gateway(folder, plan, node),
            *([tls(folder), *routes(folder, node)] if node else []),
            *listener(folder, plan),
            *remote(folder, invitation),
            f"system_account: {SYSTEM}",
            "accounts {",
            f'  {SYSTEM} {{ users: [{{user: "tocsin:sys", password: {_text(plan.system_hash)}, '
            'allowed_connection_types: ["STANDARD"]}] }',
            *uplink_account(plan, invitation),
            *(edges_account(edges, account_name(LIVE)) if open_to_edges else []),
            *of_realms,
            "}",
            "",
        ]
    )


def _gateway(folder: Folder, plan: Plan, node: Node | None) -> list[str]:
    """MQTT; in a cluster by TLS, and a device's session is held by as many nodes as its messages are."""
    more = f", stream_replicas: {replicas_of(len(node.peers))}, {tls(folder)}" if node else ""
    return [f"mqtt {{ host: {_text(plan.host)}, port: {plan.mqtt_port}{more} }}"]


def write(folder: Folder, plan: Plan, devices: Iterable[DeviceUser]) -> None:
    edges = EdgeUsers(folder.state_dir).all().values()
    text = render(folder, plan, devices, edges, invitation_of(folder), node_of(folder))
    write_private(folder.config, text.encode())


def invitation_of(folder: Folder) -> Invitation | None:
    """Of this state folder's server, where it is a box at an edge."""
    try:
        return msgspec.json.decode(folder.invitation.read_bytes(), type=Invitation)
    except FileNotFoundError:
        return None
