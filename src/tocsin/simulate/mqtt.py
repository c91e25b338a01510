"""Devices that push by MQTT: one paho client each, all on this process's event loop, no threads.

QoS 1: paho keeps a message until the broker has acknowledged it and sends it again after a reconnect, so a
restart of the broker loses nothing. The buffer is bounded; what does not fit is dropped and counted.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

log = logging.getLogger(__name__)

#: unacknowledged messages a device keeps: an hour at one every five seconds
KEPT = 720
_KEEPALIVE_S = 30
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 4.0


class MqttDevice:
    """Connection of one device to the broker.

    Args:
        device: its id; the user name, too.
        password: of that user.
        host: of the broker.
        port: of the broker.
    """

    def __init__(self, device: str, password: str, host: str, port: int) -> None:
        self.topic = f"devices/{device}/obs"
        self.dropped = 0
        self._device, self._host, self._port = device, host, port
        self._loop = asyncio.get_running_loop()
        self._pause_s, self._next_try = _FIRST_PAUSE_S, 0.0
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"device-{device}", protocol=paho.MQTTv311
        )
        client.username_pw_set(device, password)
        client.max_queued_messages_set(KEPT)
        client.max_inflight_messages_set(20)
        client.connect_timeout = 2.0
        client.on_socket_open = self._opened
        client.on_socket_close = self._closed
        client.on_socket_register_write = self._may_write
        client.on_socket_unregister_write = self._written
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected

    @property
    def waiting(self) -> int:
        """Messages that the broker has not acknowledged yet."""
        # paho offers no count; the private dictionary is its whole outgoing store
        return len(self._client._out_messages)

    def publish(self, payload: bytes) -> None:
        info = self._client.publish(self.topic, payload, qos=1)
        if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            self.dropped += 1

    def tend(self) -> None:
        """Once a second: keep-alive, time-outs, a new try where the connection is gone."""
        if self._client.socket() is not None:
            self._client.loop_misc()
            return
        now = self._loop.time()
        if now < self._next_try:
            return
        self._next_try = now + self._pause_s
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
        try:
            self._client.connect(self._host, self._port, _KEEPALIVE_S)
        except OSError as error:
            log.info("device %s: broker is away: %s", self._device, error)

    def close(self) -> None:
        self._client.disconnect()

    def _connected(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("device %s: broker refuses it: %s", self._device, reason)
        else:
            self._pause_s = _FIRST_PAUSE_S

    def _disconnected(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.info("device %s: disconnected: %s", self._device, reason)
        self._next_try = self._loop.time() + self._pause_s

    def _opened(self, _client: Any, _data: Any, sock: Any) -> None:
        self._loop.add_reader(sock, self._client.loop_read)

    def _closed(self, _client: Any, _data: Any, sock: Any) -> None:
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)

    def _may_write(self, _client: Any, _data: Any, sock: Any) -> None:
        self._loop.add_writer(sock, self._client.loop_write)

    def _written(self, _client: Any, _data: Any, sock: Any) -> None:
        self._loop.remove_writer(sock)
