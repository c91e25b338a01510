"""CAP documents: what is right comes back whole, what is wrong is refused with its clause."""

from __future__ import annotations

import time
import unicodedata
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from tests.cap.samples import SENT, info, message

from tocsin.cap.faults import NotCap
from tocsin.cap.guard import MOST_BYTES
from tocsin.cap.reading import read
from tocsin.cap.times import read_time, write_time
from tocsin.cap.writing import write
from tocsin.cap.xsd import schema

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "messages" / "cap"
#: what is wrong with each bad one, read by eye
BAD = {"canada_errors.cap": ("3.2.1 references", "references"), "invalid.cap": ("3.2.1 scope", "scope")}
#: marks that turn the order of letters round (UTR 36)
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
GOOD = ("australia.cap", "canada.cap", "earthquake.cap", "no_optional_fields.cap", "weather.cap")
needs_files = pytest.mark.skipif(not REAL.is_dir(), reason=f"no recorded CAP files at {REAL}")


@needs_files
@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_read_and_written_again(name: str) -> None:
    found = read((REAL / name).read_bytes())
    assert read(write(found)) == found
    assert schema().validate(etree.fromstring(write(found)))


@needs_files
@pytest.mark.parametrize(("name", "why"), BAD.items())
def test_a_bad_file_is_refused_with_its_clause(name: str, why: tuple[str, str]) -> None:
    with pytest.raises(NotCap) as refused:
        read((REAL / name).read_bytes())
    assert (refused.value.clause, refused.value.field) == why
    assert refused.value.cure


@needs_files
def test_every_recorded_file_is_named_here() -> None:
    assert {path.name for path in REAL.glob("*.cap")} == {*GOOD, *BAD}


@needs_files
def test_what_the_files_say() -> None:
    canada = read((REAL / "canada.cap").read_bytes())
    assert [one.identifier for one in canada.references] == [
        "2.49.0.1.124.a3f342a4.2012",
        "2.49.0.1.124.60f31a3a.2012",
    ]
    assert len(canada.infos[0].areas[0].polygons[0]) == 17
    assert canada.infos[0].areas[0].polygons[0][0] == (42.3481, -82.9314)
    quake = read((REAL / "earthquake.cap").read_bytes())  # CAP 1.1
    assert quake.infos[0].areas[0].circles[0].lat == -16.053
    assert quake.sent == datetime(2010, 8, 31, 5, 9, 25, tzinfo=timezone.utc)  # noqa: UP017


def test_a_whole_message_comes_back() -> None:
    assert read(write(message())) == message()
    assert schema().validate(etree.fromstring(write(message())))


def old(text: str) -> bytes:
    return text.replace("cap:1.2", "cap:1.1").encode()


def test_cap_1_1_is_told_as_1_2() -> None:
    text = write(message()).decode()
    text = text.replace("2026-11-22T10:15:00+01:00", "2026-11-22T09:15:00.250Z")
    text = text.replace("<mimeType>image/png</mimeType>", "")
    text = text.replace("<altitude>0</altitude>", "<altitude>sea level</altitude>").replace(
        "<ceiling>900</ceiling>", ""
    )
    found = read(old(text))
    assert found.sent == SENT
    assert found.infos[0].resources[0].mime_type == "application/octet-stream"
    assert found.infos[0].parameters[-1].value == "sea level"
    assert read(write(found)) == found


def refused(document: bytes) -> NotCap:
    with pytest.raises(NotCap) as error:
        read(document)
    assert error.value.field
    assert error.value.cure
    return error.value


BOMB = b"""<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY a "aaaaaaaaaa">%s]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&z;</identifier></alert>""" % b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(25)
)


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        BOMB.decode().replace('<?xml version="1.0"?>', "").encode("utf-16"),
        b'<!DOCTYPE alert SYSTEM "http://127.0.0.1:1/x.dtd"><alert/>',
        b'<!DOCTYPE alert [<!ENTITY f SYSTEM "file:///etc/passwd">]><alert>&f;</alert>',
    ],
    ids=["billion laughs", "in UTF-16", "a DTD elsewhere", "a file"],
)
def test_a_document_type_is_refused_before_it_is_read(document: bytes) -> None:
    began = time.process_time()
    error = refused(document)
    assert error.field == "DOCTYPE"
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (b"<alert>" + b"x" * MOST_BYTES, "document"),
        (b"<a>" * 1000, "a"),
        (b"<a>" + b"<b/>" * 30_000 + b"</a>", "b"),
        (b"<a>" + b"x" * 300_000 + b"</a>", "a"),
        (b"", "document"),
        (b"<alert", "document"),
        (b"\xff\xfe<\x00", "document"),
        (b'<?xml version="1.0" encoding="klingon"?><alert/>', "document"),
        (b"<alert/>", "alert"),
        (b'<alert xmlns="http://www.incident.com/cap/1.0"/>', "alert"),
    ],
)
def test_what_is_no_modest_message_is_refused(document: bytes, field: str) -> None:
    assert refused(document).field == field


@pytest.mark.parametrize(
    ("change", "clause", "field"),
    [
        (("<status>Actual", "<status>Real"), "3.4 schema; 3.2.1 status", "status"),
        (("<severity>Severe</severity>", ""), "3.2.2 severity", "severity"),
        (("<areaDesc>Prato</areaDesc>", ""), "3.2.4 areaDesc", "areaDesc"),
        (("<mimeType>image/png</mimeType>", ""), "3.2.3 mimeType", "mimeType"),
        (("<sent>2026-11-22T10:15:00+01:00", "<sent>2026-11-22T09:15:00Z"), "3.3.2", "sent"),
        (("<onset>2026-11-22T10:15:00+01:00", "<onset>2026-02-30T10:15:00+01:00"), "3.3.2", "onset"),
        (("<expires>2026-11-22T12:15:00+01:00", "<expires>tomorrow"), "3.3.2", "expires"),
        (("<language>it", "<language>it_IT!"), "3.4 schema; 3.2.2 language", "language"),
        (("cap@city.example,W-0001,", "W-0001,"), "3.2.1 references", "references"),
        (("45.4,11.87 ", "45.4 11.87 "), "3.2.4 polygon", "polygon"),
        (("45.4,11.8 0.5", "45.4,11.8 far"), "3.2.4 circle", "circle"),
        (
            ("<scope>Public</scope>", "<scope>Public</scope><colour>red</colour>"),
            "3.4 schema; 3.2 colour",
            "colour",
        ),
        (("<size>12", "<size>twelve"), "3.4 schema; 3.2.3 size", "size"),
    ],
)
def test_a_document_broken_in_one_place_is_refused_there(
    change: tuple[str, str], clause: str, field: str
) -> None:
    text = write(message()).decode()
    assert change[0] in text
    error = refused(text.replace(*change, 1).encode())
    assert (error.clause, error.field) == (clause, field)


def test_a_huge_polygon_is_refused_at_once() -> None:
    many = " ".join(f"45.{i:06},11.9" for i in range(12_000))
    text = write(message()).decode().replace("45.4,11.87 ", many + " ", 1)
    began = time.process_time()
    assert refused(text.encode()).clause == "3.2.4 polygon"
    assert time.process_time() - began < 2


def test_empty_elements_count_as_missing() -> None:
    text = (
        write(message(note=None))
        .decode()
        .replace("</scope>", "</scope><restriction/><addresses> </addresses>")
    )
    assert read(text.encode()).restriction is None


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1)),  # noqa: DTZ001 - a zone is put on below
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_comes_back_in_its_own_zone(plain: datetime, minutes: int) -> None:
    moment = plain.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    text = write_time(moment)
    assert "Z" not in text
    assert (minutes != 0) or text.endswith("-00:00")
    assert read_time(text, "sent") == moment
    assert read_time(text, "sent").utcoffset() == moment.utcoffset()


@given(st.text(min_size=1, max_size=60))
@example("0\r0")
@example("0\r\n0")
@example("0\n\t0")
def test_any_text_that_xml_can_hold_comes_back(text: str) -> None:
    """Or is refused by name: never changed in silence, but for white space around it."""
    try:
        document = write(message(infos=(info(headline=text),)))
    except ValueError:
        return  # no XML document can hold it
    if any((c not in "\n\r\t" and unicodedata.category(c) == "Cc") or c in TURNING for c in text.strip()):
        assert refused(document).clause == "3.3.3"
        return
    found = read(document)
    assert (found.infos[0].headline or "") == text.strip()
