"""A running city asked from Python: ``tocsin.connect("https://city.example", token)``.

Answers are columns: ``Table`` is a mapping of names to lists that Polars takes as it is
(``polars.DataFrame(table)``), and ``table.arrow`` the Arrow table that came over the wire. A token with scope
``read`` is enough for all of it. Refusals are the errors of ``tocsin.kernel.errors``: field, value and cure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tocsin.kernel import errors
from tocsin.kernel.errors import TocsinError, TooMany, Unavailable

if TYPE_CHECKING:
    import httpx

_ARROW = "application/vnd.apache.arrow.stream"
_SERIES = """
SELECT observed_at AS time, value, text, unit FROM observations
WHERE day >= $day::DATE AND entity = $entity AND attribute = $attribute AND kind = 'update'
  AND observed_at >= $since::TIMESTAMPTZ ORDER BY observed_at
"""
#: rows of one answer, as the city has it unless told otherwise
_ROWS = 100_000


class Table(Mapping[str, list[Any]]):
    """Columns by name. ``arrow``: the Arrow table; ``told``: what the city says beside it.

    ``truncated``: there were more rows than one answer holds.
    """

    def __init__(self, arrow: Any, told: Mapping[str, Any], *, truncated: bool = False) -> None:
        self.arrow, self.told, self.truncated = arrow, told, truncated

    def __getitem__(self, name: str) -> list[Any]:
        found: list[Any] = self.arrow.column(name).to_pylist()
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrow.column_names)

    def __len__(self) -> int:
        return int(self.arrow.num_columns)

    def __repr__(self) -> str:
        return f"<Table {self.arrow.num_rows} rows of {', '.join(self)}>"


class City:
    """``http``: anything that sends requests as httpx.Client does, with address and token in it."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any] | Sequence[Any] = (),
        *,
        rows: int = _ROWS,
        seconds: float = 30.0,
        reason: str = "",
    ) -> Table:
        """One SELECT over ``observations`` and ``attributes`` (docs/howto/lake.md). Raises refusals."""
        given = parameters if isinstance(parameters, Mapping) else list(parameters)
        return self._table(
            "/api/v1/lake/query",
            {"sql": sql, "parameters": given, "rows": rows, "seconds": seconds, "reason": reason},
        )

    def series(self, entity: str, attribute: str, since: datetime | timedelta = timedelta(days=60)) -> Table:
        """Columns time, value, text, unit; oldest first. ``since``: a moment, or so long ago."""
        start = since if isinstance(since, datetime) else datetime.now(UTC) - since
        if start.tzinfo is None:
            raise errors.Invalid("a time needs its zone", field="since", value=start, cure="add tzinfo=UTC")
        given = {
            "entity": entity,
            "attribute": attribute,
            "since": start.isoformat(),
            "day": start.astimezone(UTC).date().isoformat(),
        }
        return self.query(_SERIES, given)

    def aggregate(self, entity: str, attribute: str, **more: Any) -> Table:
        """On a regular grid: time, value, coverage, readings, filled. ``more``: as ``POST /analytics`` has
        it, and ``how`` (``mean`` of a state, ``sum`` of a count)."""
        return self._analysis("aggregate", [(entity, attribute)], more)

    def fill(self, entity: str, attribute: str, **more: Any) -> Table:
        """The same with gaps filled: ``longest`` (buckets), ``way`` (``linear``, ``previous``, ``usual``)."""
        return self._analysis("fill", [(entity, attribute)], more)

    def baseline(self, entity: str, attribute: str, **more: Any) -> Table:
        """What is usual by kind of day (Monday 0 … Sunday 6, holiday 7) and second of the day."""
        return self._analysis("baseline", [(entity, attribute)], more)

    def forecast(self, entity: str, attribute: str, **more: Any) -> Table:
        """Curves ``p2_5`` to ``p97_5`` by time; the back-test in ``told["forecast"]["tested"]``. Advice."""
        return self._analysis("forecast", [(entity, attribute)], more)

    def relation(self, first: tuple[str, str], second: tuple[str, str], **more: Any) -> Table:
        """Correlations by lag, the hour and kind of day taken out of both; the strongest in
        ``told["relation"]``."""
        return self._analysis("relation", [first, second], more)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> City:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _analysis(self, kind: str, series: Sequence[tuple[str, str]], more: Mapping[str, Any]) -> Table:
        rest = dict(more)
        how = rest.pop("how", "mean")
        named = [
            {"entity": entity, "attribute": attribute, "how": how if isinstance(how, str) else how[at]}
            for at, (entity, attribute) in enumerate(series)
        ]
        plain = {key: one.isoformat() if isinstance(one, datetime) else one for key, one in rest.items()}
        return self._table("/api/v1/analytics", {"kind": kind, "series": named, **plain})

    def _table(self, path: str, given: Mapping[str, Any]) -> Table:
        import httpx
        import msgspec
        import pyarrow as pa

        try:
            answer = self._http.post(path, json=given, headers={"accept": _ARROW})
        except httpx.HTTPError as error:
            raise Unavailable(
                f"the city does not answer: {error}", cure="is it up, and the address right?"
            ) from error
        if answer.status_code != 200:
            raise _refusal(answer)
        table = pa.ipc.open_stream(answer.content).read_all()
        beside = (table.schema.metadata or {}).get(b"tocsin", b"{}")
        return Table(
            table, msgspec.json.decode(beside), truncated=answer.headers.get("tocsin-truncated") == "true"
        )


def connect(url: str, token: str, *, timeout_s: float = 60.0) -> City:
    """``token``: made under Administration, scope ``read``. Nothing is sent before the first question."""
    import httpx

    return City(
        httpx.Client(
            base_url=url.rstrip("/"), headers={"authorization": f"Bearer {token}"}, timeout=timeout_s
        )
    )


_KINDS = {
    kind.kind: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, TocsinError) and kind is not TooMany
}


def _refusal(answer: httpx.Response) -> TocsinError:
    try:
        told = dict(answer.json())
    except ValueError:
        return Unavailable(f"the city answered {answer.status_code}", cure="is this the address of a city?")
    words = str(told.get("detail") or told.get("title") or answer.status_code)
    kind = _KINDS.get(str(told.get("type", "")).rsplit("/", 1)[-1].rsplit(":", 1)[-1], TocsinError)
    return kind(words, field=told.get("field"), value=told.get("value"), cure=told.get("cure"))
