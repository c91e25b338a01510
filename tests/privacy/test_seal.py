from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tocsin.privacy.seal import masked


def test_a_mask_keeps_the_shape_and_the_names_of_attributes() -> None:
    assert masked('{"id": "AB-12", "licensePlate": "Xyz 9"') == '{"id": "XX-99", "licensePlate": "Xxx 9"'
    assert masked('{"n": 3.5e2, "t": true,}') == '{"n": 9.9x9, "t": xxxx,}'
    assert masked("Łódź") == "xxxx"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_letter_or_digit_of_a_value_shows(text: str) -> None:
    shape: Any = masked(f'["{text.replace(chr(34), "")}"]')
    assert {c for c in shape if c.isalnum()} <= set("xX9")
