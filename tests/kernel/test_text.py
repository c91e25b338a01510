from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.text import clean


@pytest.mark.parametrize(
    ("text", "limit", "want"),
    [
        ("  two \n\t words ", 20, "two words"),
        ("abc‮gnp.exe", 20, "abcgnp.exe"),
        ("a\x00b\x1b[31m", 20, "a b [31m"),
        ("<script>alert(1)</script>", 40, "<script>alert(1)</script>"),
        ("x" * 30, 10, "x" * 9 + "…"),
        ("x" * 10, 10, "x" * 10),
        ("x" * 10_000_000, 10, "x" * 9 + "…"),
        (
            "Rautatientorin väki \U0001f468‍\U0001f469‍\U0001f467",
            40,
            "Rautatientorin väki \U0001f468‍\U0001f469‍\U0001f467",
        ),
        ("", 5, ""),
    ],
)
def test_examples(text: str, limit: int, want: str) -> None:
    assert clean(text, limit) == want


@given(st.text(max_size=200), st.integers(2, 50))
def test_bounded_plain_and_settled(text: str, limit: int) -> None:
    said = clean(text, limit)
    assert len(said) <= limit
    assert all(unicodedata.category(c) not in ("Cc", "Cs") for c in said)
    assert clean(said, limit) == said
    said.encode()
