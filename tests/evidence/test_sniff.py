from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence.photos import MP4, PDF, WEBM, photo

from tocsin.evidence.sniff import ENOUGH, sort_of
from tocsin.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("data", "kind", "media"),
    [
        (photo(), "picture", "image/jpeg"),
        (photo(form="PNG"), "picture", "image/png"),
        (photo(form="WEBP"), "picture", "image/webp"),
        (MP4, "clip", "video/mp4"),
        (WEBM, "clip", "video/webm"),
        (PDF, "document", "application/pdf"),
        ("Näin hänet torilla. 23.50\r\n".encode(), "document", "text/plain"),
        ("ä".encode() * ENOUGH, "document", "text/plain"),
    ],
)
def test_what_is_taken(data: bytes, kind: str, media: str) -> None:
    found = sort_of(data[: ENOUGH - 1])
    assert (found.kind, found.media) == (kind, media)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\n\t <!DOCTYPE html><script>alert(1)</script>",
        b"\xef\xbb\xbf<?xml version='1.0'?><svg/>",
        b"</script>",
        b"#!/bin/sh\nrm -rf /",
        b"GIF89a/*" + bytes(40),
        b"PK\x03\x04" + bytes(40),
        b"MZ\x90\x00" + bytes(40),
        b"\x7fELF" + bytes(40),
        b"\x00\x00\x00\x18ftypheic" + bytes(40),
        b"\x1aE\xdf\xa3\x01B\x82\x88matroska" + bytes(40),
        "ä is not UTF-8 here".encode("latin-1"),
        b"a text with \x1b[2J in it",
    ],
)
def test_what_is_not_taken(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        sort_of(data[:ENOUGH])
    assert "JPEG" in (refused.value.cure or "")


@given(st.binary(max_size=200))
def test_nothing_that_begins_like_markup_is_ever_a_text(data: bytes) -> None:
    try:
        found = sort_of(data)
    except Invalid:
        return
    if found.media == "text/plain":
        assert not data.lstrip().startswith((b"<!", b"<?", b"</", b"<s", b"<h", b"#!"))
        assert b"\0" not in data
