"""One change against 1,000 subscriptions of which it matches one: the index of queries, and all in turn.

Side by side in one run, for five kinds of subscription (by id, type, value, range, place) and a mixture of
them. Both must find the same. ``parse_us`` is what reading one query takes.
"""

from __future__ import annotations

from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from instance import options, report
from tocsin.ngsi.query import GeoParams, Query, QueryIndex, QueryParams, parse

SUBSCRIPTIONS, KINDS = 1_000, ("id", "type", "value", "range", "place")
BASE = "https://uri.etsi.org/ngsi-ld/default-context/"
LOCATION = "https://uri.etsi.org/ngsi-ld/location"


def expand(name: str) -> str:
    return LOCATION if name == "location" else BASE + name


def asked(kind: str, number: int) -> QueryParams:
    """The subscription that changes of ``number`` match."""
    west = number / SUBSCRIPTIONS
    corner = [[west, 45.0], [west + 0.0009, 45.0], [west + 0.0009, 45.1], [west, 45.1], [west, 45.0]]
    return {
        "id": QueryParams(ids=f"urn:ngsi-ld:Sensor:{number}", type="Sensor", q="temperature"),
        "type": QueryParams(type=f"Sensor{number}", q="temperature>-50"),
        "value": QueryParams(type="Sensor", q=f'zone=="zone-{number}";temperature>-50'),
        "range": QueryParams(type="Sensor", q=f"level=={number}..{number + 0.9}"),
        "place": QueryParams(type="Sensor", geo=GeoParams("within", "Polygon", [corner])),
    }[kind]


def change(kind: str, number: int, random: Random) -> dict[str, Any]:
    """An entity of five attributes, of which that for ``kind`` tells ``number``; the rest match nothing."""
    told = {key: number if key == kind else -1 for key in KINDS}
    at = "2026-11-22T12:00:00Z"
    place = [told["place"] / SUBSCRIPTIONS + 0.0004, 45.05]
    return {
        "id": f"urn:ngsi-ld:Sensor:{told['id']}",
        "type": [BASE + (f"Sensor{number}" if kind == "type" else "Sensor")],
        BASE + "temperature": [{"type": "Property", "value": random.uniform(-5, 30), "observedAt": at}],
        BASE + "zone": [{"type": "Property", "value": f"zone-{told['value']}"}],
        BASE + "level": [{"type": "Property", "value": told["range"] + 0.5, "observedAt": at}],
        BASE + "name": [{"type": "LanguageProperty", "languageMap": {"en": "a sensor", "it": "un sensore"}}],
        LOCATION: [{"type": "GeoProperty", "value": {"type": "Point", "coordinates": place}}],
        "createdAt": at,
        "modifiedAt": at,
    }


def measured(kinds: tuple[str, ...], changes: int, random: Random) -> dict[str, float]:
    """Microseconds a change, median."""
    index: QueryIndex[int] = QueryIndex()
    queries: dict[int, Query] = {}
    began = perf_counter()
    for number in range(SUBSCRIPTIONS):
        queries[number] = parse(asked(kinds[number % len(kinds)], number), expand)
    reading = perf_counter() - began
    for number, query in queries.items():
        index.add(number, query)
    by_index, in_turn = [], []
    for _ in range(changes):
        number = random.randrange(SUBSCRIPTIONS)
        entity = change(kinds[number % len(kinds)], number, random)
        began = perf_counter()
        found = index.matching(entity)
        by_index.append(perf_counter() - began)
        began = perf_counter()
        same = {key for key, query in queries.items() if query.matches(entity)}
        in_turn.append(perf_counter() - began)
        assert found == same == {number}, (kinds, found, same, number)
    return {
        "index_us": round(median(by_index) * 1e6, 1),
        "every_us": round(median(in_turn) * 1e6, 1),
        "ratio": round(median(in_turn) / median(by_index), 1),
        "parse_us": round(reading / SUBSCRIPTIONS * 1e6, 1),
    }


def main() -> None:
    given = options(__doc__)
    random, changes = Random(1), 100 if given.quick else 2_000
    figures: dict[str, Any] = {"subscriptions": SUBSCRIPTIONS, "changes": changes}
    for kind in KINDS:
        figures[kind] = measured((kind,), changes, random)
    figures["mixture"] = measured(KINDS, changes, random)
    report("ngsi_query", figures, quick=given.quick)


if __name__ == "__main__":
    main()
