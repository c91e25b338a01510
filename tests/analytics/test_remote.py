"""``import tocsin`` from a notebook: cheap, and a city asked over HTTP."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import polars
import pyarrow as pa
import pytest

from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.remote import City, connect

T0 = datetime(2026, 11, 22, tzinfo=UTC)


def stream(columns: dict[str, Any], told: dict[str, Any] | None = None) -> bytes:
    table = pa.table(columns)
    if told is not None:
        table = table.replace_schema_metadata({"tocsin": msgspec.json.encode(told)})
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


class Heard:
    """A city that answers the same to everything, and remembers what it was asked."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer, self.asked = answer, []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.path, msgspec.json.decode(request.content), request.headers))
        return self.answer

    def city(self) -> City:
        return City(httpx.Client(base_url="http://city", transport=httpx.MockTransport(self)))


def test_an_import_loads_nothing_that_a_process_does_not_use() -> None:
    heavy = "('numpy', 'httpx', 'pyarrow', 'holidays')"
    told = f"import sys, tocsin; print(*[m for m in {heavy} if m in sys.modules])"
    made = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == ""
    used = "import tocsin; assert tocsin.analytics.VERSION and tocsin.connect and tocsin.__version__"
    subprocess.run([sys.executable, "-c", used], check=True)


def test_a_forecast_comes_as_columns_with_what_it_rests_on() -> None:
    heard = Heard(
        httpx.Response(200, content=stream({"time": [T0], "p50": [3.0]}, {"forecast": {"used": "x"}}))
    )
    with heard.city() as city:
        made = city.forecast("urn:a", "intensity", how="sum", horizon=24, start=T0)
        city.relation(("urn:a", "x"), ("urn:b", "y"), how=("sum", "mean"))
    assert made["p50"] == [3.0]
    assert made.told["forecast"]["used"] == "x"
    assert polars.DataFrame(dict(made)).shape == (1, 2)
    assert polars.from_arrow(made.arrow).columns == ["time", "p50"]  # type: ignore[union-attr]
    (path, body, headers), (_, related, _) = heard.asked
    assert path == "/api/v1/analytics"
    assert body == {
        "kind": "forecast",
        "series": [{"entity": "urn:a", "attribute": "intensity", "how": "sum"}],
        "horizon": 24,
        "start": "2026-11-22T00:00:00+00:00",
    }
    assert headers["accept"].endswith("arrow.stream")
    assert [one["how"] for one in related["series"]] == ["sum", "mean"]


def test_a_series_is_asked_for_by_bound_values() -> None:
    heard = Heard(httpx.Response(200, content=stream({"value": [1.0]}), headers={"tocsin-truncated": "true"}))
    with heard.city() as city:
        made = city.series("urn:'; DROP", "intensity", T0)
        assert made.truncated
        with pytest.raises(Invalid):
            city.series("urn:a", "x", datetime(2026, 11, 22))  # noqa: DTZ001
    ((_, body, _),) = heard.asked
    assert "DROP" not in body["sql"]
    assert body["parameters"]["entity"] == "urn:'; DROP"
    assert body["parameters"]["day"] == "2026-11-22"


def test_a_refusal_is_the_error_that_the_city_named() -> None:
    problem = {
        "type": "urn:tocsin:problem:invalid",
        "detail": "too far ahead",
        "field": "horizon",
        "cure": "less",
    }
    with Heard(httpx.Response(422, json=problem)).city() as city, pytest.raises(Invalid) as refused:
        city.query("SELECT 1")
    assert (refused.value.message, refused.value.field, refused.value.cure) == (
        "too far ahead",
        "horizon",
        "less",
    )
    with Heard(httpx.Response(502, text="<html>")).city() as city, pytest.raises(Unavailable):
        city.query("SELECT 1")
    with connect("http://127.0.0.1:9", "t", timeout_s=2) as away, pytest.raises(Unavailable):
        away.query("SELECT 1")
