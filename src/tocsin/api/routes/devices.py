"""Devices that push by MQTT: each a user of its own that may publish its own topic only."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.schemas import DeviceItem, DeviceMade, MqttAddress, NewDevice, Page
from tocsin.identity.devices import Device
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import NotFound

endpoints = Endpoints("devices")


@endpoints.get("/devices", Permission.SEE)
async def list_devices(ask: Ask) -> Page[DeviceItem]:
    return Page([_item(device) for device in await ask.identity.devices.all()])


@endpoints.post("/devices", Permission.ADMINISTER, status=201)
async def create_device(ask: Ask, caller: Caller, given: Annotated[NewDevice, body(NewDevice)]) -> DeviceMade:
    """Register a device and let it in. Its password is shown this once."""
    device = await ask.identity.devices.register(given.id, given.title, by=caller.name)
    try:
        password = await ask.gate.add(device.id)
    except BaseException:
        # Registered but not let in would be a device that cannot speak and cannot be made again.
        await ask.identity.devices.revoke(device.id, by=caller.name)
        raise
    mqtt = MqttAddress(*ask.mqtt) if ask.mqtt else None
    return DeviceMade(device.id, device.id, password, topic_of(device.id), mqtt)


@endpoints.delete("/devices/{id}", Permission.ADMINISTER)
async def revoke_device(
    ask: Ask, caller: Caller, device: Annotated[str, Path(alias="id", max_length=64)]
) -> None:
    """Shut it out. What it sent stays."""
    if not await ask.identity.devices.revoke(device, by=caller.name):
        raise NotFound("no such device", field="id", value=device, cure="GET /api/v1/devices lists them")
    await ask.gate.remove(device)


def topic_of(device: str) -> str:
    return f"devices/{device}/obs"


def _item(device: Device) -> DeviceItem:
    return DeviceItem(device.id, device.title, device.created_at, device.created_by, topic_of(device.id))
