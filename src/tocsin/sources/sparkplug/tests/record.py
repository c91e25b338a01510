"""Writes the recorded payloads anew: ``python <this file>`` (needs ``protobuf``). Decided beforehand.

They are encoded by Google's own library from the schema of the specification, not by anything of ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "recorded"
T0 = 1_795_366_800_000  # 2026-11-22T17:00:00Z
TYPES = {"uint64": 4, "uint32": 13, "bool": 8, "string": 9, "bytes": 12, "float": 2, "double": 1}
METRIC = [
    ("name", 1, "string"), ("alias", 2, "uint64"), ("timestamp", 3, "uint64"), ("datatype", 4, "uint32"),
    ("is_historical", 5, "bool"), ("is_null", 7, "bool"), ("int_value", 10, "uint32"),
    ("long_value", 11, "uint64"), ("float_value", 12, "float"), ("double_value", 13, "double"),
    ("boolean_value", 14, "bool"), ("string_value", 15, "string"), ("dataset_value", 17, "bytes"),
]  # fmt: skip


def payload_class() -> Any:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="s.proto", package="s", syntax="proto2")
    tables = [
        ("Value", [("type", 1, "uint32"), ("string_value", 8, "string")], []),
        ("Set", [("keys", 1, "string")], [("values", 2, "Value")]),
        ("Metric", METRIC, [("properties", 9, "Set")]),
        ("Payload", [("timestamp", 1, "uint64"), ("seq", 3, "uint64")], [("metrics", 2, "Metric")]),
    ]
    for name, plain, nested in tables:
        message = file.message_type.add(name=name)
        for field, number, kind in plain:
            label = 3 if field == "keys" else 1
            message.field.add(name=field, number=number, label=label, type=TYPES[kind])
        for field, number, kind in nested:
            label = 1 if field == "properties" else 3
            message.field.add(name=field, number=number, label=label, type=11, type_name=f".s.{kind}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("s.Payload"))


def metric(name: str = "", **fields: object) -> dict[str, object]:
    return ({"name": name} if name else {}) | fields


def unit(text: str) -> dict[str, object]:
    return {"keys": ["engUnit"], "values": [{"type": 12, "string_value": text}]}


MESSAGES = {
    "1-NBIRTH": (0, T0, [
        metric("bdSeq", datatype=8, long_value=7),
        metric("Node Control/Rebirth", datatype=11, boolean_value=False),
        metric("cabinet/temperature", alias=1, datatype=9, float_value=21.5, properties=unit("Cel")),
    ]),
    "2-DBIRTH": (1, T0 + 100, [
        metric("flow", alias=10, datatype=10, double_value=12.25, properties=unit("l/s")),
        metric("level", alias=11, datatype=2, int_value=(1 << 32) - 40),
        metric("running", alias=12, datatype=11, boolean_value=True),
        metric("mode", alias=13, datatype=12, string_value="auto"),
        metric("total", alias=14, datatype=8, long_value=2**53 + 1),
    ]),
    "3-DDATA": (2, T0 + 1000, [
        metric(alias=10, timestamp=T0 + 900, double_value=13.5),
        metric(alias=11, int_value=(1 << 32) - 41),
        metric(alias=12, is_null=True),
        metric(alias=13, timestamp=T0 - 60_000, is_historical=True, string_value="manual"),
    ]),
    "4-DDATA-odd": (3, T0 + 2000, [
        metric(alias=10, double_value=float("nan")),
        metric("curve", datatype=16, dataset_value=b"\x08\x01"),
    ]),
    "5-NDEATH": (None, None, [metric("bdSeq", datatype=8, long_value=7)]),
    "6-NDEATH-old": (None, None, [metric("bdSeq", datatype=8, long_value=6)]),
}  # fmt: skip

if __name__ == "__main__":
    make = payload_class()
    HERE.mkdir(exist_ok=True)
    for name, (seq, at, metrics) in MESSAGES.items():
        said = {"metrics": metrics} | ({} if seq is None else {"seq": seq, "timestamp": at})
        (HERE / f"{name}.bin").write_bytes(make(**said).SerializeToString())
