"""Who may send over MQTT: on the server of the state folder, or on every node of a cluster."""

from __future__ import annotations

from tocsin.app.hosting import Place
from tocsin.bus.accounts import Folder, connect
from tocsin.bus.device_users import add_device, remove_device
from tocsin.bus.permissions import KEEPER
from tocsin.kernel.errors import Conflict


class Gate:
    """Devices on the bus of one state folder and realm. ``role``: as whom a cluster is told."""

    def __init__(self, place: Place, role: str = KEEPER) -> None:
        self._place, self._role = place, role

    async def add(self, device: str) -> str:
        """Its password, shown once; one that is there gets a new one. Raises ``Invalid``, ``Unavailable``."""
        state, realm = self._place.state, self._place.realm
        try:
            password = await add_device(state, device, realm=realm)
        except Conflict:
            await remove_device(state, device)
            password = await add_device(state, device, realm=realm)
        await self._tell()
        return password

    async def remove(self, device: str) -> None:
        """Raises ``NotFound``, ``Unavailable``."""
        await remove_device(self._place.state, device)
        await self._tell()

    async def _tell(self) -> None:
        """The nodes of a cluster hold copies of the list, which stands in our state folder."""
        servers = self._place.settings.bus
        if not servers.servers:
            return
        bus = await connect(self._place.state, self._role, realm=self._place.realm, servers=servers)
        try:
            await bus.tell_gate(Folder(self._place.state).devices.read_bytes())
        finally:
            await bus.close()
