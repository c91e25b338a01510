"""Births, data and deaths of Sparkplug B into items that stand alone: one a metric, one a change of state.

Data name their metrics by an alias that only the birth explains, so births are remembered, also over a
restart. Who is not known, or has lost messages (``seq``), is asked for a new birth (6.4.6: Node
Control/Rebirth).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from tocsin.kernel.errors import Invalid

from .payload import read_payload, unit_of, value_of

NAMESPACE = "spBv1.0"
MOST_NODES = 5_000
MOST_METRICS = 20_000
_NODE_KINDS, _DEVICE_KINDS = ("NBIRTH", "NDATA", "NDEATH"), ("DBIRTH", "DDATA", "DDEATH")
_CONTROL = ("Node Control/", "Device Control/", "Node Info/")
#: {metrics: [{name: "Node Control/Rebirth", datatype: Boolean, boolean_value: true}]}
REBIRTH = b"\x12\x1a\x0a\x14Node Control/Rebirth\x20\x0b\x70\x01"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Known(msgspec.Struct, array_like=True):
    """A metric of a birth: name, data type, unit."""

    name: str
    datatype: int
    unit: str | None = None


class Device(msgspec.Struct, array_like=True):
    aliases: dict[int, Known] = {}
    names: dict[str, Known] = {}
    alive: bool = True


class Node(msgspec.Struct, array_like=True):
    """``devices``: by id; ``""`` is the node itself. ``seq``: of its last message; not remembered over a
    restart, after which any is taken."""

    bd_seq: int
    devices: dict[str, Device]


class Cut:
    """Nodes by ``group/node``."""

    def __init__(self) -> None:
        self.changed = False
        self._nodes: dict[str, Node] = {}
        self._seq: dict[str, int] = {}
        self._ask: dict[tuple[str, str], bool] = {}
        self._asked: set[tuple[str, str]] = set()

    def cut(self, topic: tuple[str, ...], payload: bytes, at: datetime) -> Sequence[bytes]:
        """Raises ``Invalid``: no Sparkplug topic or payload, or of a metric that no birth explains."""
        self.changed = False
        group, kind, node, device = _parts(topic)
        if kind not in _NODE_KINDS + _DEVICE_KINDS:
            return ()  # commands and state of host applications are no readings
        said = read_payload(payload)
        where = (group, node)
        if kind == "NBIRTH":
            return self._born(where, "", said, at, fresh=True)
        if kind == "NDEATH":
            return self._died(where, said, at)
        known = self._nodes.get("/".join(where))
        if known is None or not known.devices[""].alive:
            raise self._unknown(where, "node")
        self._count(where, said)
        if kind == "DBIRTH":
            return self._born(where, device, said, at, fresh=False)
        of = known.devices.get(device)
        if kind == "DDEATH":
            return self._silent(where, device, of, said, at)
        if of is None or not of.alive:
            raise self._unknown(where, "device")
        return self._data(where, device, of, said, at)

    def requests(self) -> Sequence[tuple[tuple[str, ...], bytes]]:
        """One rebirth for each that was not asked since its last birth."""
        asked = [((NAMESPACE, group, "NCMD", node), REBIRTH) for group, node in self._ask]
        self._asked.update(self._ask)
        self._ask.clear()
        return asked

    def snapshot(self) -> bytes:
        return msgspec.msgpack.encode(self._nodes) if self._nodes else b""

    def restore(self, state: bytes) -> None:
        """Raises ``Invalid`` for what is no snapshot."""
        try:
            self._nodes = msgspec.msgpack.decode(state, type=dict[str, Node]) if state else {}
        except msgspec.MsgspecError as error:
            raise Invalid(f"no births: {error}", field="state", cure="nodes are asked anew") from None

    def _born(
        self, where: tuple[str, str], device: str, said: dict[str, Any], at: datetime, *, fresh: bool
    ) -> list[bytes]:
        metrics = said.get("metrics", [])
        if len(metrics) > MOST_METRICS:
            raise Invalid(
                "too many metrics", field="metrics", value=len(metrics), cure=f"{MOST_METRICS} at most"
            )
        born = Device({}, {})
        for metric in metrics:
            name = metric.get("name")
            if not name:
                raise Invalid("a metric of a birth has a name", field="metrics", cure="specification, 6.4.6")
            known = Known(name, metric.get("datatype", 0), unit_of(metric))
            born.names[name] = known
            if "alias" in metric:
                born.aliases[metric["alias"]] = known
        path = "/".join(where)
        if fresh:
            if path not in self._nodes and len(self._nodes) >= MOST_NODES:
                raise Invalid("too many edge nodes", field="topic", value=path, cure=f"{MOST_NODES} at most")
            self._nodes[path] = Node(_bd_seq(metrics), {"": born})
            self._seq[path] = said.get("seq", 0)
            self._asked.discard(where)
        else:
            self._nodes[path].devices[device] = born
        self.changed = True
        when = _when(said, at)
        return [_state(where, device, "online", when), *self._data(where, device, born, said, at)]

    def _data(
        self, where: tuple[str, str], device: str, of: Device, said: dict[str, Any], at: datetime
    ) -> list[bytes]:
        made = []
        for metric in said.get("metrics", []):
            name = metric.get("name")
            known = of.names.get(name) if name else of.aliases.get(metric.get("alias", -1))
            if known is None and name and "datatype" in metric:  # it explains itself, but a birth is due
                self._want(where)
                known = Known(name, metric["datatype"], unit_of(metric))
            if known is None:
                raise self._unknown(where, f"metric {name or metric.get('alias')}")
            if known.name == "bdSeq" or known.name.startswith(_CONTROL):
                continue
            value, odd = value_of(metric, metric.get("datatype", known.datatype))
            item = {
                "group": where[0], "node": where[1], "device": device, "metric": known.name,
                "t": metric.get("timestamp", _when(said, at)), "v": value, "odd": odd, "unit": known.unit,
            }  # fmt: skip
            made.append(msgspec.json.encode(item))
        return made

    def _died(self, where: tuple[str, str], said: dict[str, Any], at: datetime) -> list[bytes]:
        """Of the node and all its devices; the will of an earlier session (``bdSeq``) is passed over."""
        known = self._nodes.get("/".join(where))
        if known is None:
            return [_state(where, "", "silent", _ms(at))]
        if _bd_seq(said.get("metrics", [])) not in (known.bd_seq, -1):
            return []
        for device in known.devices.values():
            device.alive = False
        self.changed = True
        # the will was written at connect: what counts is when it came
        return [_state(where, device, "silent", _ms(at)) for device in known.devices]

    def _silent(
        self, where: tuple[str, str], device: str, of: Device | None, said: dict[str, Any], at: datetime
    ) -> list[bytes]:
        if of is not None:
            of.alive = False
            self.changed = True
        return [_state(where, device, "silent", _when(said, at))]

    def _count(self, where: tuple[str, str], said: dict[str, Any]) -> None:
        """A gap in ``seq`` means that something is lost: what came is good, a birth tells the rest."""
        path, seq = "/".join(where), said.get("seq")
        last = self._seq.get(path)
        if seq is None:
            return
        if last is not None and seq not in (last, (last + 1) % 256):
            self._want(where)
        self._seq[path] = seq

    def _unknown(self, where: tuple[str, str], what: str) -> Invalid:
        self._want(where)
        return Invalid(
            f"no birth has told of this {what}", field="topic", value="/".join(where),
            cure="it was asked for a rebirth; its values come with that",
        )  # fmt: skip

    def _want(self, where: tuple[str, str]) -> None:
        if where not in self._asked and len(self._asked) < MOST_NODES:
            self._ask[where] = True


def _parts(topic: tuple[str, ...]) -> tuple[str, str, str, str]:
    """Group, kind, node and device (``""`` where the node speaks of itself). Raises ``Invalid``."""
    if len(topic) == 4 and topic[0] == NAMESPACE and topic[2][:1] != "D":
        return topic[1], topic[2], topic[3], ""
    if len(topic) == 5 and topic[0] == NAMESPACE and topic[2][:1] == "D":
        return topic[1], topic[2], topic[3], topic[4]
    if len(topic) >= 2 and topic[1] == "STATE":
        return "", "STATE", "", ""
    raise Invalid(
        "no Sparkplug topic", field="topic", value="/".join(topic),
        cure="spBv1.0/<group>/<NBIRTH|NDATA|NDEATH>/<node>, or <DBIRTH|DDATA|DDEATH>/<node>/<device>",
    )  # fmt: skip


def _bd_seq(metrics: Sequence[dict[str, Any]]) -> int:
    """-1 where it is not told."""
    for metric in metrics:
        if metric.get("name") == "bdSeq":
            return int(metric.get("long", metric.get("int", -1)))
    return -1


def _ms(at: datetime) -> int:
    return round((at - _NEVER).total_seconds() * 1000)


def _when(said: dict[str, Any], at: datetime) -> int:
    return int(said.get("timestamp", _ms(at)))


def _state(where: tuple[str, str], device: str, state: str, when: int) -> bytes:
    return msgspec.json.encode(
        {"group": where[0], "node": where[1], "device": device, "state": state, "t": when}
    )
