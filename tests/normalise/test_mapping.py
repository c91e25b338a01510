"""Mappings: what they say of rows, and what they answer when they are wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.kernel.errors import Invalid
from tocsin.sdk.mapping import read_mapping
from tocsin.sdk.reading import Refused, Rule
from tocsin.sdk.rows import RowReader, slug

OURS = Path(__file__).parents[1] / "flow" / "mappings"
TEXT = """\
words = "counters"
missing = ["", -200, "n/a"]

[entity]
type = "ItemFlowObserved"
id = { column = "Sensor" }

[time]
column = "when"
zone = "Europe/Helsinki"

[place.table]
"North gate" = [24.94, 60.17]

[attributes.intensity]
column = "Count"

[attributes.averageSpeed]
column = "v"
unit = "MTS"
scale = 0.1
"""


def rows(text: str) -> RowReader:
    return RowReader(read_mapping(text))


def test_a_row():
    reading = rows(TEXT).reading(
        {"Sensor": "North gate", "when": "2026-07-01 12:00", "Count": "12", "v": "15"}
    )
    assert reading.id == "North-gate"
    assert reading.observed_at == datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert (reading.lon, reading.lat) == (24.94, 60.17)
    assert reading.attributes == {"intensity": 12.0, "averageSpeed": {"value": 1.5, "unitCode": "MTS"}}


@pytest.mark.parametrize("code", ["", " ", "-200", "-200.0", "-2e2", "n/a", -200, -200.0, None])
def test_missing_codes(code):
    reader = rows(TEXT)
    row = {"Sensor": "a", "when": "2026-07-01", "Count": code, "v": "1"}
    assert "intensity" not in reader.reading(row).attributes
    assert not reader.has_value(row | {"v": code})
    with pytest.raises(Refused) as refused:
        reader.reading(row | {"v": code})
    assert refused.value.rule is Rule.EMPTY


@pytest.mark.parametrize("code", ["-200.5", "0", 0, "NA", False])
def test_what_is_not_missing(code):
    assert rows(TEXT).is_missing(code) is False


@pytest.mark.parametrize(
    ("time", "row", "expected"),
    [
        ('column = "t"\nformat = "epoch_s"', {"t": "1783069200"}, "2026-07-03T09:00:00+00:00"),
        ('column = "t"\nformat = "epoch_ms"', {"t": 1783069200500}, "2026-07-03T09:00:00.500000+00:00"),
        ('column = "t"', {"t": "2026-07-03T12:00:00+03:00"}, "2026-07-03T09:00:00+00:00"),
        ('column = "t"\nzone = "UTC"', {"t": "2026-07-03 09:00", "@shift_s": 3600},
         "2026-07-03T10:00:00+00:00"),
        ('columns = ["d", "h"]\nformat = "%d/%m/%Y %H.%M.%S"\nzone = "Etc/GMT-1"',
         {"d": "03/07/2026", "h": "10.00.00"}, "2026-07-03T09:00:00+00:00"),
        ('start = "2026-07-03T00:00:00Z"\nstep_s = 300', {"@row": 108}, "2026-07-03T09:00:00+00:00"),
        ('path = "meta.times[1]"', {"meta": {"times": [0, "2026-07-03T09:00:00Z"]}},
         "2026-07-03T09:00:00+00:00"),
    ],
)  # fmt: skip
def test_times(time, row, expected):
    text = f'[entity]\ntype = "T"\nid = {{ constant = "x" }}\n[time]\n{time}\n[attributes.a]\nconstant = 1\n'
    assert rows(text).observed_at(row).isoformat() == expected


@pytest.mark.parametrize("cell", ["", None, "soon", "9" * 400, "99999-01-01", []])
def test_no_time(cell):
    with pytest.raises(Refused):
        rows(TEXT).observed_at({"when": cell})


def test_tables_translate_and_refuse():
    text = TEXT.replace('id = { column = "Sensor" }', 'id = { column = "Sensor", table = { "1" = "K-01" } }')
    reader = rows(text)
    assert reader.reading({"Sensor": "1", "when": "2026-07-01", "Count": "1"}).id == "K-01"
    with pytest.raises(Refused) as refused:
        reader.reading({"Sensor": "2", "when": "2026-07-01", "Count": "1"})
    assert refused.value.rule is Rule.NOT_MAPPED


def test_decimal_comma():
    text = TEXT.replace('words = "counters"', 'decimal = ","')
    reading = rows(text).reading({"Sensor": "a", "when": "2026-07-01", "Count": "1.234,5"})
    assert reading.attributes == {"intensity": 1234.5}


WRONG = [
    ('column = "Count"', 'colum = "Count"', 16, "did you mean 'column'?"),
    ('zone = "Europe/Helsinki"', 'zone = "Europe/Helsinky"', 10, "no such zone"),
    ('zone = "Europe/Helsinki"', 'format = "ISO"', 10, "no such format"),
    ("[24.94, 60.17]", "[60.17, 124.94]", 13, "impossible place"),
    ('id = { column = "Sensor" }', 'id = { column = "Sensor", path = "x" }', 6, "exactly one"),
    ('id = { column = "Sensor" }', 'id = { kolumn = "Sensor" }', 6, "did you mean 'column'?"),
    ('type = "ItemFlowObserved"', 'type = "Item Flow"', 5, "no entity type"),
    ('unit = "MTS"', 'unit = "m/s"', 20, "regex"),
    ("scale = 0.1", 'kind = "text"', 21, "only a number has a unit"),
    ("scale = 0.1", "scale = 0", 21, "scale is not 0"),
    ("[place.table]", "[places.table]", 12, "did you mean 'place'?"),
    ('column = "when"', 'start = "2026-01-01T00:00:00Z"', 8, "go together"),
    ('column = "when"', 'start = "2026-01-01"\nstep_s = 300', 9, "time zone"),
    ("[time]", "[time", 8, "not TOML"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "words"), WRONG)
def test_a_wrong_one_names_line_and_cure(right, wrong, line, words):
    assert right in TEXT
    with pytest.raises(Invalid) as refused:
        read_mapping(TEXT.replace(right, wrong))
    assert f"line {line}" in str(refused.value)
    assert words in str(refused.value)
    assert refused.value.cure


@pytest.mark.parametrize("path", sorted(OURS.glob("*.toml")), ids=lambda p: p.stem)
def test_ours_are_right(path):
    assert read_mapping(path.read_text()).reference


def test_slug():
    assert slug("Bourke Street Mall (North)") == "Bourke-Street-Mall-North"
    assert slug("K-05") == "K-05"
