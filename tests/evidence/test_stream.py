"""The laws of the encrypted stream: any bytes come back, and nothing but the very file that was written."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tocsin.evidence.stream import CHUNK, HEADER, Sealer, opened
from tocsin.kernel.errors import Damaged

KEY, OBJECT = bytes(range(32)), bytes(range(16))
SEALED = CHUNK + 16


def sealed(pieces: Iterable[bytes]) -> bytes:
    out = io.BytesIO()
    sealer = Sealer(KEY, OBJECT, "clear", out)
    for piece in pieces:
        sealer.write(piece)
    sealer.finish()
    return out.getvalue()


def read(data: bytes, **other: bytes) -> bytes:
    key, object_id = other.get("key", KEY), other.get("object_id", OBJECT)
    return b"".join(opened(key, object_id, "clear", io.BytesIO(data)))


LARGE = bytes(i * i % 251 for i in range(3 * CHUNK))


@given(st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=6), st.integers(0, 3 * CHUNK))
@example(b"", [], 0)
@example(b"", [], CHUNK)
@example(b"", [], 2 * CHUNK)
@example(b"x", [], CHUNK)
def test_any_bytes_in_any_pieces_come_back(head: bytes, cuts: list[int], more: int) -> None:
    data = head + LARGE[:more]
    marks = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    assert read(sealed(data[a:b] for a, b in itertools.pairwise(marks))) == data


@given(st.integers(0, 2 * CHUNK + 200), st.integers(0, 7), st.integers(0, 10**9))
def test_one_bit_anywhere_is_noticed(length: int, bit: int, place: int) -> None:
    made = bytearray(sealed([LARGE[:length]]))
    made[place % len(made)] ^= 1 << bit
    with pytest.raises(Damaged):
        read(bytes(made))


@given(st.integers(0, 3 * CHUNK), st.integers(1, 10**9))
def test_a_cut_anywhere_is_noticed(length: int, off: int) -> None:
    made = sealed([LARGE[:length]])
    with pytest.raises(Damaged):
        read(made[: len(made) - 1 - off % len(made)])


def chunks_of(data: bytes) -> tuple[bytes, list[bytes]]:
    body = data[HEADER:]
    return data[:HEADER], [body[i : i + SEALED] for i in range(0, len(body), SEALED)]


@pytest.mark.parametrize(
    "order",
    [[1, 0, 2], [0, 2, 1], [0, 0, 1, 2], [0, 2], [1, 2], [0, 1], [0, 1, 2, 2]],
    ids=["swapped", "last before", "doubled", "left out", "first left out", "last left out", "last twice"],
)
def test_chunks_in_another_order_are_refused(order: list[int]) -> None:
    header, chunks = chunks_of(sealed([LARGE[: 2 * CHUNK + 100]]))
    assert len(chunks) == 3
    assert read(header + b"".join(chunks)) == LARGE[: 2 * CHUNK + 100]
    with pytest.raises(Damaged):
        read(header + b"".join(chunks[i] for i in order))


def test_chunks_of_another_file_of_the_same_object_are_refused() -> None:
    (header, mine), (_, other) = (chunks_of(sealed([LARGE[: 2 * CHUNK]])) for _ in range(2))
    with pytest.raises(Damaged):
        read(header + mine[0] + other[1])


def test_another_key_object_or_part_is_refused() -> None:
    made = sealed([b"a face"])
    with pytest.raises(Damaged):
        read(made, key=bytes(32))
    with pytest.raises(Damaged):
        read(made, object_id=bytes(16))
    with pytest.raises(Damaged):
        b"".join(opened(KEY, OBJECT, "blurred", io.BytesIO(made)))


def test_what_is_written_shows_nothing_and_is_never_the_same_twice() -> None:
    first, second = (sealed([b"a face that nobody may see" * 1000]) for _ in range(2))
    assert b"face" not in first
    assert first[HEADER:] != second[HEADER:]
