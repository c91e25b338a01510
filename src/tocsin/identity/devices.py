"""Devices that may push by MQTT, by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.db import Connection, Database
from tocsin.db.times import micros, moment
from tocsin.identity import repository
from tocsin.identity.recording import record
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Conflict
from tocsin.kernel.text import clean

_TITLE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Device:
    id: str
    title: str
    created_by: str
    created_at: datetime


class Devices:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def register(self, device_id: str, title: str, *, by: str) -> Device:
        """Raises ``Conflict`` where the id is taken."""
        device = Device(device_id, clean(title, _TITLE_CHARS) or device_id, by, self._clock.now())

        def save(conn: Connection) -> None:
            if repository.device(conn, device_id) is not None:
                raise Conflict(
                    "there is a device of this id already",
                    field="id",
                    value=device_id,
                    cure="choose another id, or remove that device first",
                )
            repository.add_device(
                conn,
                {
                    "id": device.id,
                    "title": device.title,
                    "created_by": by,
                    "created_at": micros(device.created_at),
                },
            )
            record(conn, by, "device.add", kind="device", object_id=device_id)

        await self._db.write(save)
        return device

    async def all(self) -> list[Device]:
        """In order of id."""
        rows = await self._db.read(repository.all_devices)
        return [Device(row["id"], row["title"], row["created_by"], moment(row["created_at"])) for row in rows]

    async def revoke(self, device_id: str, *, by: str = "system") -> bool:
        """Take it off the list; False where it is not on it."""

        def drop(conn: Connection) -> bool:
            dropped = repository.drop_device(conn, device_id)
            if dropped:
                record(conn, by, "device.remove", kind="device", object_id=device_id)
            return dropped

        return await self._db.write(drop)
