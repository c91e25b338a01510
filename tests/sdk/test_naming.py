"""Names of others as ids of ours; Protocol Buffers against their own encoder's rules."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tocsin.kernel.errors import Invalid
from tocsin.kernel.ids import LOCAL_ID
from tocsin.sdk.naming import local_id
from tocsin.sdk.protobuf import Field, Table, decode

NAMES = st.lists(st.text(max_size=30), min_size=1, max_size=4)


@example(["x" * 200], ["", "x" * 200])
@given(NAMES, NAMES)
def test_an_id_is_one_and_two_names_never_share_it(one: list[str], other: list[str]) -> None:
    first, second = local_id(*one), local_id(*other)
    assert first == "" or LOCAL_ID.match(first)
    assert (first == second) is ([p for p in one if p] == [p for p in other if p])


def test_ids_stay_readable() -> None:
    assert local_id("RUT:Line:1") == "RUT~3ALine~3A1"
    assert local_id("K-05") == "K-05"
    assert len(local_id("x" * 500)) == 128


INNER: Table = {1: Field("n", "uint")}
TABLE: Table = {
    1: Field("n", "int"), 2: Field("t", "text"), 3: Field("f", "float"), 4: Field("d", "double"),
    5: Field("inner", INNER, many=True), 6: Field("packed", "uint", many=True), 7: Field("b", "bool"),
}  # fmt: skip


def test_all_wire_types_and_what_the_table_leaves_out() -> None:
    payload = (
        b"\x08"
        + b"\xff" * 9
        + b"\x01"
        + b"\x12\x03\xc3\xa5!"
        + b"\x1d"
        + struct.pack("<f", 59.9112)
        + b"\x21"
        + struct.pack("<d", 0.1)
        + b"\x2a\x02\x08\x05\x2a\x02\x08\x06"
        + b"\x32\x03\x01\x96\x01"
        + b"\x38\x01"
        + b"\x7a\x02zz"
        + b"\x70\x05"
    )
    assert decode(payload, TABLE) == {
        "n": -1,
        "t": "å!",
        "f": 59.9112,
        "d": 0.1,
        "inner": [{"n": 5}, {"n": 6}],
        "packed": [1, 150],
        "b": True,
    }


@pytest.mark.parametrize(
    "payload",
    [
        b"\x08",
        b"\x08" + b"\xff" * 11,
        b"\x12\x05ab",
        b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x00\x01",
        b"\x0b\x0c",
        b"\x12\x01\xff",
        b"\x0d\x00\x00\x00\x00",
        b"\x28\x01",
        b"\x21\x00",
    ],
)
def test_what_is_no_message_is_refused(payload: bytes) -> None:
    with pytest.raises(Invalid, match="Protocol Buffers, byte"):
        decode(payload, TABLE)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_short_float_is_the_same_float(value: float) -> None:
    four = struct.pack("<f", value)
    assert struct.pack("<f", decode(b"\x1d" + four, TABLE)["f"]) == four
