"""Who may speak to the server: a user per process role, a user per device. In ``<state>/nats``, mode 0600.

Other processes need a state folder and a role only:

    bus = await connect(state_dir, "lake")
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from tocsin.bus.permissions import KEEPER, ROLES
from tocsin.kernel.errors import Conflict, Invalid, Misconfigured, NotFound

if TYPE_CHECKING:
    from tocsin.bus.nats_driver import NatsBus

LIVE = "live"
#: no password in it: it would be shown wherever settings are
_ADDRESS = re.compile(r"^(nats|tls)://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?\Z")
_DEVICE_ID = re.compile(r"^[A-Za-z0-9_~\-]{1,64}\Z")


class Servers(Protocol):
    """What the settings say of servers that we do not start (``settings.Bus``)."""

    @property
    def servers(self) -> str: ...
    @property
    def ca_file(self) -> str: ...
    @property
    def replicas(self) -> int: ...


class Credentials(msgspec.Struct, frozen=True):
    """What one process needs to reach the bus of one realm.

    ``url``: of one server, or of each node of a cluster with commas between. ``ca``: file of the authority
    that signed their certificates, empty: no TLS. ``replicas``: nodes that hold each message.
    """

    url: str
    user: str
    password: str
    realm: str
    role: str
    ca: str = ""
    replicas: int = 1


class DeviceUser(msgspec.Struct, frozen=True):
    """A device as the server knows it: MQTT user = device id; of the password only a bcrypt hash is kept."""

    id: str
    realm: str
    hash: str


@dataclass(frozen=True, slots=True)
class Folder:
    """Files of one server within a state folder."""

    state_dir: Path

    @property
    def root(self) -> Path:
        return self.state_dir / "nats"

    @property
    def config(self) -> Path:
        return self.root / "nats.conf"

    @property
    def log(self) -> Path:
        return self.root / "nats.log"

    @property
    def pid(self) -> Path:
        return self.root / "nats.pid"

    @property
    def lock(self) -> Path:
        return self.root / "owner.lock"

    @property
    def devices(self) -> Path:
        return self.root / "devices.json"

    @property
    def plan(self) -> Path:
        """Ports, realms and password hashes of the roles: all that the configuration is written from."""
        return self.root / "plan.json"

    @property
    def invitation(self) -> Path:
        """Of a box at the edge: how it reaches its centre."""
        return self.root / "invitation.json"

    def credentials(self, realm: str, role: str) -> Path:
        return self.root / "credentials" / f"{realm.replace(':', '_')}.{role}.json"


def write_private(path: Path, data: bytes) -> None:
    """Replace a file at once (a reader sees the old or the new), readable by this user alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def load_credentials(state_dir: Path, role: str, *, realm: str = LIVE) -> Credentials:
    """Credentials that the server's keeper left for ``role``. Raises ``Misconfigured`` where there are
    none.
    """
    path = Folder(state_dir).credentials(realm, role)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Credentials)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        raise Misconfigured(
            "no credentials for the bus",
            field="state_dir",
            value=path,
            cure=f"start the server of this state folder first; roles are {', '.join((*ROLES, KEEPER))}",
        ) from error


def credentials_for(state_dir: Path, role: str, servers: Servers, *, realm: str = LIVE) -> Credentials:
    """Those of ``role``, for the servers that the settings name; where they name none, for our own.

    Raises ``Misconfigured``.
    """
    given = load_credentials(state_dir, role, realm=realm)
    addresses = servers.servers.split()
    if not addresses:
        return given
    for address in addresses:
        if not _ADDRESS.match(address):
            raise Misconfigured(
                "not the address of a bus server",
                field="bus.servers",
                value=address,
                cure="nats://bus-a.city.example:4222, with blanks between several; passwords stand in "
                "the credentials",
            )
    if servers.replicas not in (1, 3, 5):
        raise Misconfigured(
            "so many nodes cannot hold a message",
            field="bus.replicas",
            value=servers.replicas,
            cure="1, 3 or 5",
        )
    ca = str(state_dir / servers.ca_file) if servers.ca_file else ""
    if ca and not Path(ca).is_file():
        raise Misconfigured(
            "this certificate cannot be read",
            field="bus.ca_file",
            value=ca,
            cure="the PEM of who signed the servers', in the state folder",
        )
    return msgspec.structs.replace(given, url=",".join(addresses), ca=ca, replicas=servers.replicas)


async def connect(
    state_dir: Path,
    role: str,
    *,
    realm: str = LIVE,
    timeout_s: float = 15.0,
    servers: Servers | None = None,
) -> NatsBus:
    """A connected bus for one process. Raises ``Misconfigured`` (no credentials), ``Unavailable`` (no
    server).
    """
    from tocsin.bus.nats_driver import NatsBus

    given = (
        credentials_for(state_dir, role, servers, realm=realm)
        if servers is not None
        else load_credentials(state_dir, role, realm=realm)
    )
    return await NatsBus.connect(given, timeout_s=timeout_s)


def hash_password(password: str) -> str:
    """bcrypt at its lowest cost: passwords are 128 random bits, there is no dictionary to slow down."""
    import bcrypt

    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4, prefix=b"2a")).decode()


def check_device_id(device: str) -> None:
    """Raises ``Invalid``. No dot: the gateway refuses MQTT client ids with one, and devices often use their
    own.
    """
    if not _DEVICE_ID.match(device):
        raise Invalid(
            "not a device id", field="id", value=device, cure="1-64 letters, digits and _ ~ - (no dot)"
        )


class Devices:
    """Device users of a state folder; several processes may change them. The server is told by its keeper."""

    def __init__(self, state_dir: Path) -> None:
        self._folder = Folder(state_dir)

    @contextmanager
    def changing(self) -> Iterator[dict[str, DeviceUser]]:
        """The users, to be changed in place; written back on a clean exit, one process at a time."""
        self._folder.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder.root / "devices.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            users = self.all()
            yield users
            write_private(self._folder.devices, msgspec.json.encode(list(users.values())))

    def all(self) -> dict[str, DeviceUser]:
        """By device id."""
        try:
            users = msgspec.json.decode(self._folder.devices.read_bytes(), type=list[DeviceUser])
        except FileNotFoundError:
            return {}
        return {user.id: user for user in users}

    def add(self, device: str, *, realm: str = LIVE, password: str | None = None) -> str:
        """Make a user and return its password (shown once). Raises ``Invalid``, ``Conflict``."""
        check_device_id(device)
        password = password or secrets.token_urlsafe(16)
        with self.changing() as users:
            if device in users:
                raise Conflict("this device exists", field="id", value=device, cure="remove it first")
            users[device] = DeviceUser(device, realm, hash_password(password))
        return password

    def add_many(self, devices: list[str], *, realm: str = LIVE) -> dict[str, str]:
        """Several at once; existing ones get a new password. Device id -> password."""
        passwords = {device: secrets.token_urlsafe(16) for device in devices}
        for device in devices:
            check_device_id(device)
        with self.changing() as users:
            for device, password in passwords.items():
                users[device] = DeviceUser(device, realm, hash_password(password))
        return passwords

    def remove(self, device: str) -> None:
        """Raises ``NotFound``."""
        with self.changing() as users:
            if users.pop(device, None) is None:
                raise NotFound("no such device", field="id", value=device)


class Plan(msgspec.Struct):
    """What a server is to be: written by its keeper, read again by whoever adds a device."""

    port: int
    mqtt_port: int
    max_store_bytes: int
    #: realm -> role -> bcrypt hash
    users: dict[str, dict[str, str]]
    system_hash: str
    host: str = "127.0.0.1"
    name: str = "tocsin"
    #: where edges connect, 0: nowhere; and the names that they know us by, the one they are told first
    leaf_port: int = 0
    leaf_host: str = ""
    leaf_names: list[str] = []
    #: at an edge: of the account that its link to the centre ends in
    uplink_hash: str = ""

    @classmethod
    def load(cls, folder: Folder) -> Plan | None:
        try:
            return msgspec.json.decode(folder.plan.read_bytes(), type=cls)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def save(self, folder: Folder) -> None:
        write_private(folder.plan, json.dumps(msgspec.to_builtins(self), indent=1).encode())
