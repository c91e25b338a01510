"""Splitting lists and cutting envelopes."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ingest.envelopes import MAX_BYTES, MAX_ITEMS, cut, split_list
from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import RawItem

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(st.lists(values, max_size=8), st.sampled_from([None, 2]))
def test_items_are_the_bytes_that_came(items, indent):
    body = json.dumps(items, indent=indent).encode()
    split = split_list(body)
    assert [repr(json.loads(item)) for item in split] == [repr(item) for item in items]
    assert all(item in body for item in split)


@given(st.binary(max_size=60) | st.text(alphabet='[]{},:"\\ 1eN', max_size=30).map(str.encode))
def test_any_bytes_are_split_or_refused(body):
    try:
        items = split_list(body)
    except Invalid:
        return
    assert all(isinstance(item, bytes) for item in items)


def test_nan_does_not_lose_its_neighbours():
    assert split_list(b'[{"a": 1}, {"a": NaN}, {"a": -Infinity} ]') == [
        b'{"a": 1}', b'{"a": NaN}', b'{"a": -Infinity}',
    ]  # fmt: skip


def test_a_lone_object_is_a_list_of_one():
    assert split_list(b' {"id": "x"}\n') == [b'{"id": "x"}']


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'[{"a": 1}, {"a": ]', "line 1, column 18"),
        (b'[{"a": 1}\n {"a": 2}]', "line 2, column 2"),
        (b"[1,]", "column 4"),
        (b'{"a": 1} x', "column 10"),
        (b"", "column 1"),
        (b"7", "begins with '['"),
        (b"[1] 2", "column 5"),
        (b'["\xff", x]', "not UTF-8 at byte 2"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_malformed_json_names_the_place(body, words):
    with pytest.raises(Invalid) as refused:
        split_list(body)
    assert words in refused.value.message


@given(st.lists(st.integers(0, 3).map(lambda n: [10, 1000, 200_000, MAX_BYTES + 1][n]), max_size=40))
def test_cut_keeps_order_and_bounds(sizes):
    items = [RawItem(str(i), b"x" * size) for i, size in enumerate(sizes)]
    groups = list(cut(items))
    assert [item for group in groups for item in group] == items
    for group in groups:
        assert 1 <= len(group) <= MAX_ITEMS
        assert len(group) == 1 or sum(len(i.payload) for i in group) <= MAX_BYTES


def test_cut_counts():
    items = [RawItem(str(i), b"{}") for i in range(1201)]
    assert [len(group) for group in cut(items)] == [500, 500, 201]
    assert msgspec.json.decode(items[0].payload) == {}
