"""Whatever is sent: a clear answer, nothing accepted is lost, and hostile text stays text."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta

import pytest
from tests.system.city import City, Operator, cell, counter, now, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

HOSTILE = '<script>alert(1)</script> \u202egnp.exe\u202c "quoted" \x07'


def later(**gap: float) -> str:
    return (datetime.now(UTC) + timedelta(**gap)).isoformat()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'[{"id": "K-1", ]', "line 1"),
        (b"not json at all", "malformed"),
        (b'[{"id": "K-1"}', "line 1"),
        (b'{"id": "\xff\xfe"', "UTF-8"),
        (b"[" * 50_000, "nested"),
    ],
)
def test_malformed_json_is_refused_whole_and_says_where(city: City, body: bytes, words: str) -> None:
    status, told = city.post(body, "malformed")
    assert status in (400, 422), told
    assert words in told["detail"]
    assert told["field"] == "body"
    assert told["cure"]
    assert city.counts("malformed") == {"stored": 0, "quarantined": 0, "duplicates": 0}


UGLY: list[tuple[str, bytes, str, str | None]] = [
    # words of the reason, the item as it is sent, its field
    (
        "wrong unit",
        json.dumps(counter("U-1", outflow={"value": 3, "unitCode": "CEL"})).encode(),
        "outflow came in",
        "outflow",
    ),
    ("nan", json.dumps(counter("U-2", intensity=float("nan"))).encode(), "NaN", None),
    ("infinity", json.dumps(counter("U-3", intensity=float("-inf"))).encode(), "-Infinity", None),
    (
        "future",
        json.dumps(counter("U-4", "2199-01-01T00:00:00Z")).encode(),
        "ahead of the clock",
        "observedAt",
    ),
    ("clock skew", b"", "ahead of the clock", "observedAt"),  # its time is made when it is sent
    ("ancient", json.dumps(counter("U-6", "1969-12-31T23:59:59Z")).encode(), "before 1970", "observedAt"),
    ("no zone", json.dumps(counter("U-7", "2026-11-21T10:00:00")).encode(), "time zone", "observedAt"),
    ("no such day", json.dumps(counter("U-8", "2026-02-30T10:00:00Z")).encode(), "bad time", "observedAt"),
    ("a text for a number", json.dumps(counter("U-9", intensity="many")).encode(), "intensity", "intensity"),
    ("no id", json.dumps(counter("")).encode(), "no id", "id"),
    ("off the globe", json.dumps(counter("U-10", lat=96.0)).encode(), "impossible place", "lat"),
    ("no object", b'"hello"', "not an object", None),
    ("hostile", json.dumps(counter(HOSTILE)).encode(), "bad id", "id"),
]


def test_what_is_not_understood_is_held_with_its_bytes_and_the_others_go_on(
    city: City, operator: Operator
) -> None:
    sent = [
        json.dumps(counter("U-5", later(minutes=6))).encode() if name == "clock skew" else item
        for name, item, _, _ in UGLY
    ]
    good = [json.dumps(counter(f"G-{n}")).encode() for n in range(len(sent))]
    mixed = [item for pair in zip(sent, good, strict=True) for item in pair]
    assert city.post(b"[" + b",".join(mixed) + b"]", "ugly") == (202, {"accepted": len(mixed)})
    assert city.settled("ugly", len(mixed)) == {
        "stored": len(good),
        "quarantined": len(sent),
        "duplicates": 0,
    }
    held = {operator.raw(item["id"]): item for item in city.pages("/quarantine", source="ugly")}
    assert len(held) == len(sent)
    for (name, _, words, field), raw in zip(UGLY, sent, strict=True):
        item = held[raw.decode(errors="backslashreplace")]
        assert words in item["reason"], (name, item["reason"])
        assert item["field"] == field, name
        assert item["cure"], name
        assert item["payload_bytes"] == len(raw)
        assert item["state"] == "open"


def test_a_clock_a_little_ahead_is_believed(city: City) -> None:
    at = later(minutes=4)
    assert city.post([counter("S-1", at, intensity=7)], "skew")[0] == 202
    assert city.settled("skew", 1)["stored"] == 1
    state = until("its state", lambda: city.entity("ItemFlowObserved", "S-1"))
    assert datetime.fromisoformat(state["observed_at"]) == datetime.fromisoformat(at)


def test_duplicates_are_counted_and_late_ones_neither_overwrite_nor_alarm(city: City) -> None:
    newest, old = counter("L-1", intensity=50), counter("L-1", later(days=-3), intensity=1)
    jam = [cell("L-2", 6.0, later(days=-3, seconds=s)) for s in range(60)]
    for _ in range(2):
        assert city.post([newest], "late")[0] == 202
    assert city.post([old, old, *jam], "late")[0] == 202
    assert city.settled("late", 64) == {"stored": 62, "quarantined": 0, "duplicates": 2}
    state = until("its state", lambda: city.entity("ItemFlowObserved", "L-1"))
    assert state["attributes"]["intensity"]["value"] == 50
    history = city.get("/history", entity="urn:ngsi-ld:ItemFlowObserved:L-1", attribute="intensity", limit=10)
    assert [point["value"] for point in history["items"]] == [1, 50]
    position = city.get("/status")["streams"]["OBS"]["last"]
    until("the tools have seen it", lambda: _seen(city, position))
    assert city.alerts("crowd.density", "L-2") == []


def _seen(city: City, position: int) -> bool:
    status = city.get("/status")
    behind = max(tool["lag_items"] for tool in status["tools"] if tool["state"] == "working")
    return bool(status["streams"]["OBS"]["last"] - behind >= position)


def test_ten_megabytes_are_refused_and_the_door_stays_open(city: City) -> None:
    body = b"[" + b",".join([json.dumps(counter("M-1", note="x" * 1000)).encode()] * 9500) + b"]"
    assert len(body) > 10 * 2**20
    status, told = _post_and_hang_on(city, body)
    assert status == 413
    assert "too-large" in told
    one = b'[{"id": "M-1", "note": "' + b"y" * (2 * 2**20) + b'"}]'
    status, told = city.post(one, "large")
    assert (status, told["field"]) == (413, "[0]")
    assert city.counts("large") == {"stored": 0, "quarantined": 0, "duplicates": 0}
    assert city.post([counter("M-2")], "large")[0] == 202


def _post_and_hang_on(city: City, body: bytes) -> tuple[int, str]:
    """Sends all of a body that says nothing of its length, whatever the answer; status and body of that."""
    head = (
        "POST /api/v1/ingest/json?source=large HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Authorization: Bearer {city.token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", city.port), timeout=20) as line:
        line.sendall(head.encode())
        try:
            for start in range(0, len(body), 65536):
                part = body[start : start + 65536]
                line.sendall(b"%x\r\n%b\r\n" % (len(part), part))
            line.sendall(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # it need not listen to the end
        answer = b""
        try:
            while more := line.recv(65536):
                answer += more
        except ConnectionResetError:
            pass
    head_line, _, rest = answer.partition(b"\r\n")
    return int(head_line.split()[1]), rest.partition(b"\r\n\r\n")[2].decode()


def test_hostile_names_come_back_as_text(city: City) -> None:
    long = "Ä" * 100_000
    readings = [
        counter("H-1", name=HOSTILE),
        counter("H-2", name=long),
        counter("H-3", name="ok\x00\x1b[31m"),
    ]
    assert city.post(readings, "hostile")[0] == 202
    assert city.settled("hostile", 3)["stored"] == 3
    first, second, third = (
        until(name, lambda name=name: city.entity("ItemFlowObserved", name)) for name in ("H-1", "H-2", "H-3")
    )
    assert first["name"].startswith("<script>alert(1)</script>")
    for state in (first, second, third):
        assert len(state["name"]) <= 1000
        assert not set(state["name"]) & set("\u202e\u202c\x07\x00\x1b")
    listed = city.get("/entities", type="ItemFlowObserved", limit=500)
    assert "H-1" in json.dumps(listed)


MAPPING = """\
words = "Gate counters"

[entity]
type = "ItemFlowObserved"
id = { column = "gate" }

[time]
column = "at"

[attributes.intensity]
column = "%s"
"""


def test_a_corrected_mapping_resolves_what_was_held(city: City, operator: Operator) -> None:
    rows = [{"gate": f"Q-{n}", "at": now(), "people per minute": n, "people": "n/a"} for n in range(3)]
    assert city.ask("PUT", "/mappings/gates", b"[entity\n")[0] == 422
    assert city.ask("PUT", "/mappings/gates", (MAPPING % "people").encode())[0] == 200
    body = json.dumps({"rows": rows}).encode()
    assert city.ask("POST", "/ingest/mapped/gates", body) == (202, {"accepted": 3})
    assert city.settled("gates", 3) == {"stored": 0, "quarantined": 3, "duplicates": 0}
    held = list(city.pages("/quarantine", source="gates"))
    assert {item["format"].partition("@")[0] for item in held} == {"map:gates"}

    assert operator.ask("POST", f"/quarantine/{held[0]['id']}/retry")[0] == 202
    until(
        "tried in vain, open again",
        lambda: [i["state"] for i in city.pages("/quarantine", source="gates")] == ["open"] * 3,
    )
    assert city.counts("gates")["quarantined"] == 3

    assert city.ask("PUT", "/mappings/gates", (MAPPING % "people per minute").encode())[0] == 200
    assert city.ask("POST", f"/quarantine/{held[0]['id']}/retry")[0] == 403, "a token may not decide"
    for item in held:
        assert operator.ask("POST", f"/quarantine/{item['id']}/retry")[0] == 202
    until("all resolved", lambda: city.counts("gates") == {"stored": 3, "quarantined": 0, "duplicates": 0})
    assert list(city.pages("/quarantine", source="gates")) == []
    assert {i["state"] for i in city.pages("/quarantine", source="gates", state="all")} == {"resolved"}
    status, told = operator.ask("POST", f"/quarantine/{held[0]['id']}/retry")
    assert (status, told["value"]) == (409, "resolved")


def test_nobody_enters_without_a_token(city: City) -> None:
    assert city.ask("POST", "/ingest/json", b"[]", headers={})[0] == 401
    status, told = city.ask("POST", "/ingest/json", b"[]", token="tocsin_made_up")
    assert status == 401
    assert told["cure"] is None or "token" in told["cure"]
