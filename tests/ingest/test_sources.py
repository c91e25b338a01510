"""Sources: ours are whole; a stranger's may fail in every way and is shown for it."""

import asyncio
import random
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from tocsin.bus.memory import MemoryBus
from tocsin.ingest.heard import Heard
from tocsin.ingest.supervisor import SourceSupervisor
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Unavailable
from tocsin.sdk import source as source_module
from tocsin.sdk.feeds_file import Feed
from tocsin.sdk.source import find_sources, load_map

MANIFEST = """\
id = "{id}"
contract = 1
title = "Trams"
words = "Where the trams are."
kind = "pull"
format = "feed"
personal_data = "none"
reference = "https://example.org"
every_s = 1
expect_every_s = 10
"""
MAP = """\
from tocsin.sdk.reading import Reading, from_json

def read(payload: bytes) -> Reading:
    return from_json(payload)
"""
FETCH = """\
from tocsin.sdk.source import Fetched

class Fetch:
    def __init__(self, params):
        self.failures = 2

    async def fetch(self, cursor):
        if self.failures:
            self.failures -= 1
            raise OSError("no route")
        number = int(cursor or 0) + 1
        return Fetched([b'{"n":%d}' % number], str(number))
"""


@pytest.fixture
def strangers(tmp_path, monkeypatch):
    """A stranger's package of source folders: write(name, **files) adds one."""
    package = f"strangers_{tmp_path.name.replace('-', '_')}"
    root = tmp_path / package
    root.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    points = EntryPoints([EntryPoint("theirs", package, "tocsin.sources")])
    monkeypatch.setattr(source_module, "entry_points", lambda group: points.select(group=group))

    def write(name, *, manifest=MANIFEST, fetch=FETCH, map_=MAP):
        folder = root / name
        folder.mkdir()
        (folder / "manifest.toml").write_text(manifest.format(id=name))
        for file, text in (("fetch.py", fetch), ("map.py", map_)):
            if text is not None:
                (folder / file).write_text(text)

    yield write
    for name in [n for n in sys.modules if n.startswith(package)]:
        del sys.modules[name]


def test_ours_are_found_and_whole():
    found = find_sources()
    assert [s.manifest.id for s in found.folders] == [
        "cap",
        "eea_air",
        "file",
        "folder",
        "gbfs",
        "gtfs_rt",
        "http",
        "met_no",
        "mqtt",
        "ngsi",
        "nilu_air",
        "rss",
        "senml",
        "siri_vm",
        "sparkplug",
        "suricata",
        "syslog",
    ]
    assert found.broken == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"manifest": MANIFEST.replace('id = "{id}"', 'id = "other"')},
            "line 1: the id is not the folder's name",
        ),
        (
            {"manifest": MANIFEST.replace("contract = 1", "contract = 2")},
            "line 2: written for another contract",
        ),
        ({"manifest": MANIFEST.replace("every_s = 1\n", "", 1)}, "has every_s"),
        ({"manifest": MANIFEST + "colour = 1\n"}, "line 11: unknown key 'colour'"),
        ({"manifest": MANIFEST.replace("title", "titel")}, "did you mean 'title'"),
        ({"manifest": "id = "}, "not TOML"),
        ({"fetch": None}, "fetch.py is missing"),
        ({"map_": None}, "map.py is missing"),
    ],
)
def test_a_broken_folder_is_reported(strangers, change, words):
    strangers("trams", **change)
    strangers("buses")
    found = find_sources()
    assert [s.manifest.id for s in found.folders] == ["buses"]
    assert [b.name for b in found.broken] == ["trams"]
    assert words in found.broken[0].reason


def test_a_strangers_map_is_loaded(strangers):
    strangers("trams")
    (source,) = find_sources().folders
    read = load_map(source)
    assert read(b'{"id":"a","type":"T","observedAt":"2026-01-01T00:00:00Z"}').id == "a"


async def test_a_failing_feed_comes_back_and_goes_on(
    strangers, bus, log, running, until, envelopes, monkeypatch
):
    strangers("trams")
    heard = Heard()
    stage = SourceSupervisor(
        bus, WallClock(), find_sources(), heard, chance=random.Random(1), backoff_first_s=0.01
    )
    async with running(stage):
        await until(lambda: stage.health().state == "degraded")
        assert "no route" in stage.health().words
        await until(lambda: len(envelopes()) == 1)
        await until(lambda: stage.health().state == "working")
    assert (envelopes()[0].source, envelopes()[0].format) == ("trams", "feed:trams")
    again = SourceSupervisor(MemoryBus(log), WallClock(), find_sources(), heard, backoff_first_s=0.01)
    async with running(again):
        await until(lambda: len(envelopes()) == 2)
    assert envelopes()[1].items[0].payload == b'{"n":2}'  # it went on after its own cursor


async def test_one_that_crashes_at_import_is_alone(strangers, bus, running, until, envelopes):
    strangers("trams", fetch="raise RuntimeError('half written')")
    strangers("buses", fetch=FETCH.replace("failures = 2", "failures = 0"))
    stage = SourceSupervisor(bus, WallClock(), find_sources(), Heard(), backoff_first_s=0.01)
    async with running(stage):
        await until(lambda: len(envelopes()) == 1 and stage.health().state == "degraded")
        states = {h.name: h.state for h in stage.healths()}
    assert states == {"source.buses": "working", "source.trams": "degraded"}


def test_silence_is_noticed(strangers, bus):
    strangers("trams")
    strangers("broken", fetch=None)
    heard = Heard()
    stage = SourceSupervisor(bus, WallClock(), find_sources(), heard)
    now = datetime.now(UTC)
    heard.note("trams", 5, now)
    state = {s: {h.name: h for h in stage.healths(now + timedelta(seconds=s))} for s in (29, 31)}
    assert state[29]["source.trams"].state == "working"
    assert state[31]["source.trams"].state == "silent"
    assert state[31]["source.trams"].words == "nothing for 31 s, expected every 10 s"
    assert state[29]["source.broken"].state == "out of service"
    assert stage.health().state == "degraded"


def test_a_quiet_source_does_not_silence_the_stage(strangers, bus):
    strangers("trams")
    heard = Heard()
    heard.note("trams", 5, datetime.now(UTC) - timedelta(seconds=60))
    told = SourceSupervisor(bus, WallClock(), find_sources(), heard).health()
    assert (told.state, told.words.split(" for")[0]) == ("degraded", "source.trams: nothing")


async def test_what_a_city_sets_reaches_its_source(strangers, bus, running, until, envelopes):
    strangers(
        "trams",
        manifest=MANIFEST + "\n[params]\nline = 1\n",
        fetch=FETCH.replace("self.failures = 2", "self.failures = params['line'] - 7"),
    )
    given = {"trams": {"line": 7}}
    stage = SourceSupervisor(bus, WallClock(), find_sources(), Heard(), backoff_first_s=60, params=given)
    async with running(stage):
        await until(lambda: len(envelopes()) == 1)
    assert stage.health().state == "working"


ASKING = MANIFEST.replace("every_s = 1\n", 'every_s = 1\nasks = ["line"]\n', 1) + '\n[params]\nline = ""\n'
AGAIN = FETCH.replace("self.failures = 2", "self.failures, self.line = 0, params['line']").replace(
    "[b'{\"n\":%d}' % number]", "[self.line.encode()]"
)


def supervisor(bus, feeds, **more):
    given = {
        name: Feed(source="trams", title=f"Trams {name}", params=params) for name, params in feeds.items()
    }
    return SourceSupervisor(
        bus, WallClock(), find_sources(), Heard(), backoff_first_s=0.01, feeds=given | more
    )


async def test_a_source_that_asks_runs_once_a_feed_each_under_its_own_name(
    strangers, bus, running, until, envelopes
):
    strangers("trams", manifest=ASKING, fetch=AGAIN)
    quiet = supervisor(bus, {})
    async with running(quiet):
        assert quiet.healths() == []  # no feed, nothing to run and nothing to tell
    stage = supervisor(bus, {"north": {"line": "17"}, "south": {"line": "31"}})
    async with running(stage):
        await until(lambda: len(envelopes()) >= 2)
    told = {(e.source, e.format, e.items[0].payload) for e in envelopes()}
    assert told == {("north", "feed:trams", b"17"), ("south", "feed:trams", b"31")}


async def test_a_feed_that_lacks_what_its_source_asks_is_out_of_service_with_the_cure(
    strangers, bus, running, until
):
    strangers("trams", manifest=ASKING, fetch=AGAIN)
    lost = {
        "ships": Feed(source="ships", title="Ships"),
        "off": Feed(source="trams", title="x", enabled=False),
    }
    stage = supervisor(bus, {"north": {}, "south": {"lines": "1"}, "west": {"line": 5}}, **lost)
    async with running(stage):
        await until(lambda: all(h.state == "out of service" for h in stage.healths()))
        told = {h.name: h.words for h in stage.healths()}
    assert sorted(told) == ["source.north", "source.ships", "source.south", "source.west"]
    assert told["source.north"].startswith("Trams north: trams needs line")
    assert "unknown param" in told["source.south"]
    assert "another kind" in told["source.west"]
    assert "no source 'ships'" in told["source.ships"]


async def test_without_internet_it_says_which_feed_is_out_of_reach_and_goes_on(
    strangers, bus, running, until, envelopes
):
    strangers("trams", manifest=ASKING, fetch=AGAIN)
    strangers(
        "buses",
        manifest=ASKING,
        fetch=AGAIN.replace("number =", "raise OSError('no route to host')\n        number ="),
    )
    stage = supervisor(
        bus, {"north": {"line": "17"}}, night=Feed(source="buses", title="Buses", params={"line": "N1"})
    )
    async with running(stage):
        await until(lambda: envelopes() and stage.health().state == "degraded")
        states = {h.name: h.state for h in stage.healths()}
        assert states == {"source.north": "working", "source.night": "degraded"}
        assert stage.health().words == "source.night: Buses: OSError: no route to host"


async def test_a_feed_is_not_asked_before_it_says_and_patience_is_kept(strangers, bus, monkeypatch):
    strangers(
        "trams",
        manifest=ASKING,
        fetch=AGAIN.replace("str(number))", "str(number), again_s=1800.0 if number == 1 else 0.0)")
        .replace("number = int(", "if cursor == '1':\n            from tocsin.kernel.errors import TooMany\n"
                 "            raise TooMany('later', retry_after_s=900)\n        number = int("),
    )  # fmt: skip
    pauses, real = [], asyncio.sleep

    async def sleep(seconds):
        if not seconds:
            await real(0)
            return
        pauses.append(seconds)
        if len(pauses) == 2:
            raise asyncio.CancelledError

    stage = supervisor(bus, {"north": {"line": "17"}})
    monkeypatch.setattr("tocsin.ingest.supervisor.asyncio.sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await stage._pull(stage._hosted[0])
    assert 1800 <= pauses[0] <= 2160
    assert 900 <= pauses[1] <= 1080


LISTEN = """\
class Listen:
    def __init__(self, params):
        self.line = params["line"]

    async def listen(self, take):
        await take([self.line.encode()])
        raise OSError("the port is taken")
"""


async def test_a_listener_hands_over_what_it_takes_and_begins_again(
    strangers, bus, running, until, envelopes
):
    pushed = ASKING.replace('"pull"', '"push"').replace("every_s = 1\n", "", 1)
    strangers("trams", manifest=pushed, fetch=None)
    (find_sources().folders[0].path / "listen.py").write_text(LISTEN)
    stage = supervisor(bus, {"north": {"line": "17"}})
    async with running(stage):
        await until(lambda: len(envelopes()) >= 2)
        assert "the port is taken" in stage.health().words
    assert {(e.source, e.format, e.items[0].payload) for e in envelopes()} == {("north", "feed:trams", b"17")}


async def test_it_goes_on_behind_its_cursor_when_the_bus_has_forgotten_its_messages(
    strangers, bus, log, running, until, envelopes, tmp_path
):
    """The raw stream is trimmed after minutes; what was taken once does not come again."""
    strangers("trams", fetch=FETCH.replace("failures = 2", "failures = 0"))

    def start():
        return SourceSupervisor(MemoryBus(log), WallClock(), find_sources(), Heard(), folder=tmp_path / "c")

    async with running(start()):
        await until(lambda: len(envelopes()) == 1 and (tmp_path / "c" / "trams.cursor").exists())
    await bus.trim("RAW", 1)
    assert envelopes() == []
    async with running(start()):
        await until(lambda: len(envelopes()) == 1)
    assert envelopes()[0].items[0].payload == b'{"n":2}'
    (tmp_path / "c" / "trams.cursor").write_bytes(b"no cursor")  # then the bus alone knows
    async with running(start()):
        await until(lambda: len(envelopes()) == 2)
    assert envelopes()[1].items[0].payload == b'{"n":3}'


async def test_what_could_not_be_stored_is_offered_again(strangers, log, running, until, envelopes):
    """A service that tells each thing once: what it told while the bus was away is not lost."""

    class Away(MemoryBus):
        left = 2

        async def publish_many(self, outs):
            if self.left:
                self.left -= 1
                raise Unavailable("the bus is away")
            return await super().publish_many(outs)

    once = FETCH.replace("failures = 2", "failures = 0").replace(
        "number = int(cursor or 0) + 1", "self.failures -= 1\n        number = -self.failures"
    )
    strangers("trams", fetch=once.replace("if self.failures:", "if self.failures > 0:"))
    stage = SourceSupervisor(Away(log), WallClock(), find_sources(), Heard(), backoff_first_s=0.01)
    async with running(stage):
        await until(lambda: len(envelopes()) >= 1)
    assert envelopes()[0].items[0].payload == b'{"n":1}'
