"""RFC 6238 in its own words, and the window that we take."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.identity.second_factor import codes

#: RFC 6238, appendix B: the ASCII secret of 20 bytes, SHA-1; the last six of its eight digits
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_vectors_of_the_standard(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert codes.step_of(SECRET, code, moment, 0) == seconds // 30
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert codes.step_of(SECRET, wrong, moment, 0) is None


@pytest.mark.parametrize(
    ("steps", "taken"), [(-3, False), (-2, False), (-1, True), (0, True), (1, True), (2, False), (3, False)]
)
def test_one_step_to_either_side(steps: int, taken: bool) -> None:
    """The code of T=1111111109 typed by somebody whose clock is some steps away."""
    moment = datetime.fromtimestamp(1111111109, UTC) + timedelta(seconds=30 * steps)
    found = codes.step_of(SECRET, VECTORS[1111111109], moment, 0)
    assert found == (1111111109 // 30 if taken else None)


@given(st.integers(min_value=100, max_value=10**8), st.integers(min_value=-1, max_value=1))
def test_a_code_is_good_once_and_no_older_one_after_it(step: int, typed_late: int) -> None:
    import pyotp

    totp, moment = pyotp.TOTP(SECRET), datetime.fromtimestamp((step + typed_late) * 30 + 7, UTC)
    used = codes.step_of(SECRET, totp.generate_otp(step), moment, 0)
    assert used is not None
    assert used >= step - 2, "the same digits may belong to a near step, by chance of one in a million"
    for old in (used, used - 1):
        again = codes.step_of(SECRET, totp.generate_otp(old), moment, used)
        assert again is None or again > used


def test_typed_as_people_copy_it() -> None:
    assert codes.typed(" 123 456 ") == "123456"
    assert codes.typed("ABCD-efgh\u2011jkmn–pqrs") == "abcdefghjkmnpqrs"
    assert len(codes.typed("1" * 10_000)) == 64
    assert codes.is_time_code("123456")
    assert not codes.is_time_code("١٢٣٤٥٦"), "digits of other scripts are no code"
    assert not codes.is_time_code("12345")


def test_what_an_app_reads() -> None:
    secret = codes.new_secret()
    assert len(base64.b32decode(secret)) == 20, "160 bits"
    parts = urlsplit(codes.uri(secret, "ann@city", "Tocsin"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Tocsin:ann@city"
    assert parse_qs(parts.query)["secret"] == [secret]
    assert parse_qs(parts.query)["issuer"] == ["Tocsin"]


def test_the_picture_of_it_is_square_and_has_the_three_eyes() -> None:
    rows = codes.qr(codes.uri(codes.new_secret(), "operator", "Tocsin"))
    assert {len(row) for row in rows} == {len(rows)}
    assert (len(rows) - 17) % 4 == 0, "ISO/IEC 18004: 4 modules more a version, 21 the least"
    assert set("".join(rows)) == {"0", "1"}
    eye = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    assert [row[:7] for row in rows[:7]] == eye
    assert [row[-7:] for row in rows[:7]] == eye
    assert [row[:7] for row in rows[-7:]] == eye
    assert [row[-7:] for row in rows[-7:]] != eye


def test_recovery_codes_are_eight_of_eighty_bits() -> None:
    made = codes.new_recovery_codes()
    assert len(set(made)) == 8
    assert all(len(codes.typed(c)) == 16 and not codes.is_time_code(codes.typed(c)) for c in made)
