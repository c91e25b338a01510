"""Writes the recorded feed anew: ``python <this file>`` (needs ``protobuf``). Decided beforehand.

It is encoded by Google's own library from the published schema, not by anything of ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "recorded"
T0 = 1_795_366_800  # 2026-11-22T17:00:00Z
TYPES = {"text": 9, "uint": 4, "int": 3, "int32": 5, "float": 2}
TABLES = [
    (
        "Trip",
        [
            ("trip_id", 1, "text"),
            ("schedule_relationship", 4, "int32"),
            ("route_id", 5, "text"),
            ("direction_id", 6, "int32"),
        ],
        [],
    ),
    ("Event", [("delay", 1, "int32"), ("time", 2, "int")], []),
    ("Stop", [("stop_id", 4, "text"), ("schedule_relationship", 5, "int32")], [("arrival", 2, "Event", 1)]),
    (
        "Update",
        [("timestamp", 4, "uint"), ("delay", 5, "int32")],
        [("trip", 1, "Trip", 1), ("stops", 2, "Stop", 3)],
    ),
    (
        "Position",
        [("latitude", 1, "float"), ("longitude", 2, "float"), ("bearing", 3, "float"), ("speed", 5, "float")],
        [],
    ),
    ("Descriptor", [("id", 1, "text"), ("license_plate", 3, "text")], []),
    (
        "Vehicle",
        [
            ("current_status", 4, "int32"),
            ("timestamp", 5, "uint"),
            ("congestion_level", 6, "int32"),
            ("stop_id", 7, "text"),
            ("occupancy_status", 9, "int32"),
            ("occupancy_percentage", 10, "int32"),
        ],
        [("trip", 1, "Trip", 1), ("position", 2, "Position", 1), ("vehicle", 8, "Descriptor", 1)],
    ),
    ("Entity", [("id", 1, "text")], [("trip_update", 3, "Update", 1), ("vehicle", 4, "Vehicle", 1)]),
    ("Header", [("gtfs_realtime_version", 1, "text"), ("timestamp", 3, "uint")], []),
    ("Feed", [], [("header", 1, "Header", 1), ("entity", 2, "Entity", 3)]),
]
FEED = {
    "header": {"gtfs_realtime_version": "2.0", "timestamp": T0},
    "entity": [
        {
            "id": "u1",
            "trip_update": {
                "trip": {"trip_id": "t1", "route_id": "17", "direction_id": 1},
                "stops": [
                    {"stop_id": "Jernbanetorget", "arrival": {"delay": 95, "time": T0 + 120}},
                    {"stop_id": "Stortorvet", "arrival": {"delay": -20, "time": T0 + 240}},
                ],
            },
        },
        {
            "id": "u2",
            "trip_update": {
                "trip": {"trip_id": "t2", "route_id": "17", "direction_id": 1},
                "stops": [
                    {"stop_id": "Jernbanetorget", "arrival": {"delay": 0, "time": T0 + 720}},
                    {"stop_id": "long ago", "arrival": {"delay": 0, "time": T0 - 600}},
                    {"stop_id": "no data", "schedule_relationship": 2},
                ],
            },
        },
        {
            "id": "u3",
            "trip_update": {
                "trip": {"trip_id": "t3", "route_id": "31", "schedule_relationship": 3},
                "stops": [{"stop_id": "Snarøya", "arrival": {"time": T0 + 60}}],
            },
        },
        {
            "id": "v1",
            "vehicle": {
                "trip": {"trip_id": "t1", "route_id": "17", "direction_id": 1},
                "position": {"latitude": 59.9112, "longitude": 10.7501, "bearing": 271.5, "speed": 8.25},
                "current_status": 1,
                "timestamp": T0 - 4,
                "stop_id": "Jernbanetorget",
                "congestion_level": 3,
                "occupancy_status": 2,
                "occupancy_percentage": 60,
                "vehicle": {"id": "RUT:110", "license_plate": "AB 12345"},
            },
        },
    ],
}


def feed_class() -> Any:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="g.proto", package="g", syntax="proto2")
    for name, plain, nested in TABLES:
        message = file.message_type.add(name=name)
        for field, number, kind in plain:
            message.field.add(name=field, number=number, label=1, type=TYPES[kind])
        for field, number, kind, label in nested:
            message.field.add(name=field, number=number, label=label, type=11, type_name=f".g.{kind}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("g.Feed"))


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    (HERE / "feed.pb").write_bytes(feed_class()(**FEED).SerializeToString())
