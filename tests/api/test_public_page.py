"""What a citizen finds without signing in: every sensor class, its retention, who is responsible."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from httpx import AsyncClient
from tests.api.house import House, house
from tests.notify.desk import issuer as warnings_issuer

from tocsin.api.privacy import Privacy
from tocsin.api.public import Mapped, PublicPage
from tocsin.app.hosting import Place
from tocsin.app.privacy import facts
from tocsin.app.public import mapped_in, public_page
from tocsin.audit import service as audit
from tocsin.audit.record import entry
from tocsin.bus.memory import MemoryBus
from tocsin.context.repository import Changes
from tocsin.context.repository import save as save_context
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.events import Value
from tocsin.kernel.state import AttributeState, EntityState
from tocsin.lake.records import HourAsked
from tocsin.privacy import looks
from tocsin.privacy.counts import Limits
from tocsin.reports.public.words import WORDS
from tocsin.settings import City, Settings
from tocsin.settings import Lake as LakeSettings
from tocsin.settings import Privacy as PrivacySettings

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)
SETTINGS = Settings(
    city=City("Helsinki", "Europe/Helsinki"),
    lake=LakeSettings(retention_days=123),
    privacy=PrivacySettings(controller="City of Helsinki", contact="safety@hel.example", officer="Ms Data"),
)


class NoCounts:
    async def hours(self, asked: HourAsked) -> list[int]:
        raise AssertionError("the page asks for no counts of readings")


def public(**more: object) -> PublicPage:
    given: dict[str, object] = {
        "languages": ("en", "it", "nb", "pt"), "complaints": "Ombudsman of the city",
        "authority": "Data Protection Authority", "mapped": lambda: [Mapped("SewerLevel", "Level of sewers")],
    }  # fmt: skip
    return PublicPage(**given | more)  # type: ignore[arg-type]


@pytest.fixture
async def door(folder: Path, bus: MemoryBus) -> AsyncIterator[House]:
    privacy = Privacy(facts(Place(folder, "live", SETTINGS)), NoCounts(), Limits(0.5, 2.0))
    async with house(folder, bus, privacy=privacy, public=public()) as made:
        yield made


def entity(type_name: str, name: str, **attributes: Value) -> EntityState:
    held = {key: AttributeState(value, None, NOW) for key, value in attributes.items()}
    return EntityState(f"urn:ngsi-ld:{type_name}:{name}", type_name, held, NOW, NOW, 24.9, 60.1)


async def stand(door: House, *states: EntityState) -> None:
    values = [(s.id, name, a.value) for s in states for name, a in s.attributes.items()]
    await door.context.write(lambda conn: save_context(conn, Changes(placed=list(states), values=values)))


async def read(client: AsyncClient, path: str = "/public") -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


class Anchors(HTMLParser):
    """Links of a page, and the text that stands under each id until the next heading of its kind."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.at: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag in ("h2", "h3") and given.get("id"):
            self._open = [given["id"]] if tag == "h2" else [*self._open[:1], given["id"]]  # type: ignore[list-item]

    def handle_data(self, data: str) -> None:
        for name in self._open:
            self.at[name] = self.at.get(name, "") + data


async def test_every_sensor_class_and_its_retention_in_two_clicks(door: House) -> None:
    await stand(
        door,
        entity("CrowdFlowObserved", "a", peopleCount=3),
        entity("CrowdFlowObserved", "b", peopleCount=4),
        entity("NoiseLevelObserved", "n", LAeq=50.0),
        entity("TollGate", "g", licensePlate="p:0123456789abcdef0123"),
    )
    async with door.client() as client:
        html = await read(client)
    page = Anchors(html)
    # clicks are counted from the page as it opens: every link on it is one click
    within_one = {link.removeprefix("#") for link in page.links if link.startswith("#")}
    assert "sensed" in within_one
    section = page.at["sensed"]
    shown = {
        "People counted in a place": "123 days", "Noise level": "123 days", "TollGate": "123 days",
        "SewerLevel": "123 days",
    }  # fmt: skip
    for name, kept in shown.items():
        target = next(n for n in page.at if n.startswith("class-") and page.at[n].startswith(name))
        assert target in within_one, "its own entry is one click away, the list of all another"
        assert kept in page.at[target]
        assert name in section
    assert "2 sensors" in section
    assert "connected, reports nothing now" in section


async def test_a_class_says_what_it_is_for_and_what_personal_data_becomes(door: House) -> None:
    await stand(
        door, entity("CrowdFlowObserved", "a", peopleCount=3), entity("TollGate", "g", licensePlate="p:1")
    )
    async with door.client() as client:
        page = Anchors(await read(client))
    crowd = next(t for n, t in page.at.items() if n.startswith("class-") and t.startswith("People"))
    toll = next(t for n, t in page.at.items() if n.startswith("class-") and t.startswith("TollGate"))
    assert "Crowd" in crowd
    assert "None known: measurements only." in crowd
    assert "Number plates" in toll
    assert "keyed pseudonym" in toll
    assert "30 days" in toll  # rule.plates of the shipped classes
    assert "No tool uses it and the city has stated no purpose." in toll


async def test_a_text_that_no_model_knows_counts_as_perhaps_personal(door: House) -> None:
    await stand(door, entity("Visitor", "a", remark="p:1", mood=3.0))
    async with door.client() as client:
        page = Anchors(await read(client))
    visitor = next(t for n, t in page.at.items() if n.startswith("class-") and t.startswith("Visitor"))
    assert "keyed pseudonym" in visitor


async def test_who_is_responsible_and_where_to_complain(door: House) -> None:
    async with door.client() as client:
        told = Anchors(await read(client)).at["responsible"]
    for name in (
        "City of Helsinki",
        "safety@hel.example",
        "Ms Data",
        "Ombudsman",
        "Data Protection Authority",
    ):
        assert name in told


async def test_what_is_not_configured_is_said_and_never_invented(folder: Path, bus: MemoryBus) -> None:
    async with house(folder, bus) as bare, bare.client() as client:
        page = Anchors(await read(client))
    assert page.at["responsible"].count("Not configured by the city.") == 5
    assert "Not configured by the city." in page.at["rules"]
    assert "Not configured by the city." in page.at["warnings"]  # no key to sign with
    assert "This installation publishes no count." in page.at["looks"]
    assert "No sensor reports and none is connected." in page.at["sensed"]


async def test_the_feed_is_named_where_this_city_warns(folder: Path, bus: MemoryBus) -> None:
    for realm, told in (("live", True), ("exercise:spring", False)):
        given = {"public": public(), "issuer": warnings_issuer(live=told), "realm": realm}
        async with house(folder / realm[:4], bus, **given) as door, door.client() as client:
            page = Anchors(await read(client))
        assert ("/cap/feed.atom" in page.links) is told, realm
        assert ("Not configured by the city." in page.at["warnings"]) is not told, realm


async def test_it_sets_no_cookie_runs_no_script_and_asks_nobody_else(door: House) -> None:
    async with door.signed_in() as client:
        answer = await client.get("/public")
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert not re.findall(r'\son\w+="', answer.text)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    loaded = re.findall(
        r'<(?:link rel="stylesheet"|img|iframe|source)[^>]*(?:href|src)="([^"]+)"', answer.text
    )
    assert loaded == ["/public/files/style.css"]


async def test_a_browser_that_has_it_is_told_so(door: House) -> None:
    async with door.client() as client:
        first = await client.get("/public")
        again = await client.get("/public", headers={"if-none-match": first.headers["etag"]})
        other = await client.get("/public/it", headers={"if-none-match": first.headers["etag"]})
    assert first.headers["cache-control"] == "public, max-age=300"
    assert again.status_code == 304
    assert again.content == b""
    assert other.status_code == 200


async def test_many_visitors_are_one_query(door: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    real = door.services.context.census

    async def census() -> object:
        nonlocal asked
        asked += 1
        return await real()

    monkeypatch.setattr(door.services.context, "census", census)
    async with door.client() as client:
        for _ in range(20):
            await read(client)
    assert asked == 1


async def test_it_is_made_anew_after_its_time(door: House) -> None:
    now = 0.0
    door.services.public._clock = lambda: now
    async with door.client() as client:
        assert "Noise level" not in await read(client)
        await stand(door, entity("NoiseLevelObserved", "n", LAeq=50.0))
        assert "Noise level" not in await read(client)
        now = 301.0
        assert "Noise level" in await read(client)


async def test_one_address_cannot_ask_without_end(folder: Path, bus: MemoryBus) -> None:
    async with house(folder, bus, public=public(per_minute=5)) as small, small.client() as client:
        codes = [(await client.get("/public")).status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2


@pytest.mark.parametrize("lang", ["en", "it", "nb", "pt"])
async def test_each_language_is_whole(door: House, lang: str) -> None:
    await stand(door, entity("NoiseLevelObserved", "n", LAeq=50.0))
    async with door.client() as client:
        html = await read(client, f"/public/{lang}")
    words = WORDS[lang]
    assert f'<html lang="{lang}">' in html
    assert words.types["NoiseLevelObserved"] in unescape(html)
    assert words.sensed in unescape(html)
    assert "{}" not in html


async def test_a_language_that_it_does_not_speak_is_refused(door: House, folder: Path) -> None:
    async with door.client() as client:
        assert (await client.get("/public/xx")).status_code == 404
        assert (await client.get("/public/files/../../settings.py")).status_code in (200, 404)
        assert (await client.get("/public/files/passwords")).status_code == 404
    with pytest.raises(Misconfigured):
        public_page(Place(folder, "live", Settings(city=City(languages="en klingon"))))
    assert public_page(Place(folder, "live", Settings(city=City(languages="it en")))).languages == (
        "it",
        "en",
    )
    assert public_page(Place(folder, "live", Settings())).languages == ("en",)


async def test_words_of_a_stranger_are_text(folder: Path, bus: MemoryBus) -> None:
    script = '<script>alert(1)</script>"><img src=x>'
    settings = Settings(city=City(script), privacy=PrivacySettings(controller=script, contact=script))
    page = public(complaints=script, mapped=lambda: [Mapped("Odd", script)])
    privacy = Privacy(facts(Place(folder, "live", settings)), NoCounts(), Limits(0.5, 2.0))
    async with house(folder, bus, privacy=privacy, public=page) as odd, odd.client() as client:
        html = await read(client)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


async def test_another_realm_says_that_it_is_not_the_city(folder: Path, bus: MemoryBus) -> None:
    async with house(folder, bus, realm="exercise:may") as other, other.client() as client:
        assert "This is a rehearsal (exercise:may), not the real city." in await read(client)


async def test_structure_for_who_does_not_see_it(door: House) -> None:
    await stand(door, entity("NoiseLevelObserved", "n", LAeq=50.0))
    async with door.client() as client:
        html = await read(client)
    levels = [int(level) for level in re.findall(r"<h(\d)", html)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels)), "no level is left out"
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in Anchors(html).links if link.startswith("#")} <= set(ids)
    assert re.findall(r"<th(?! scope)", html.replace("<thead", "")) == []
    assert html.index('class="skip"') < html.index("<h1>")


async def test_advice_names_its_sources(door: House) -> None:
    async with door.client() as client:
        html = await read(client)
    for topic in ("crowd", "shots", "vehicle", "release", "cyber", "power"):
        article = re.search(rf'<article id="{topic}".*?</article>', html, re.DOTALL)
        assert article, topic
        assert re.search(r'Source</span>: <a href="https://', article[0]), topic


# --- who looked ------------------------------------------------------------------------------------------


async def looked(door: House, person: str, when: datetime, times: int = 1) -> None:
    def write(conn: audit.Connection) -> None:
        for _ in range(times):
            audit.record(
                conn, entry("evidence.read", at=when, person=person, purpose="investigation", reason="r")
            )

    await door.services.ops.write(write)


def months_ago() -> datetime:
    start, _ = looks.span(looks.last_month(datetime.now(UTC)))
    return start


async def test_looks_are_published_once_a_month_with_noise(door: House) -> None:
    start = months_ago()
    await looked(door, "old", start - timedelta(days=2))
    for day in range(20):
        await looked(door, f"p{day}", start + timedelta(days=day), 10)
    async with door.client() as client:
        first = Anchors(await read(client)).at["looks"]
        door.services.public._made.clear()
        second = Anchors(await read(client)).at["looks"]
    assert f"In {start:%Y-%m}: about" in first
    assert "epsilon 0.5" in first
    assert first == second, "asked again, the same figure: nothing more is learnt"
    found, _ = await door.services.ops.read(lambda conn: audit.find(conn, action="counts.publish"))
    assert len(found) == 1


async def test_a_record_that_began_in_the_month_has_no_whole_one(door: House) -> None:
    await looked(door, "anna", months_ago() + timedelta(days=3))
    async with door.client() as client:
        assert "No whole month" in Anchors(await read(client)).at["looks"]


def test_one_persons_day_changes_the_count_by_no_more_than_the_bound() -> None:
    day = datetime(2026, 10, 5, 8, tzinfo=UTC)

    def by(person: str, times: int) -> list[audit.Entry]:
        return [entry("evidence.read", at=day, person=person, purpose="p", reason="") for _ in range(times)]

    assert looks.bounded(by("anna", 3)) == 3
    assert looks.bounded(by("anna", 500) + by("bo", 2)) == looks.MOST + 2
    assert looks.bounded([entry("incident.close", at=day, person="anna")]) == 0


def test_the_last_month_is_over() -> None:
    assert f"{looks.last_month(datetime(2026, 11, 1, 1, tzinfo=UTC)):%Y-%m}" == "2026-09"
    assert f"{looks.last_month(datetime(2026, 11, 1, 3, tzinfo=UTC)):%Y-%m}" == "2026-10"
    assert f"{looks.last_month(datetime(2027, 1, 15, tzinfo=UTC)):%Y-%m}" == "2026-12"


def test_mappings_are_read_newest_only_and_broken_ones_left_out(tmp_path: Path) -> None:
    good = '\n'.join(
        ['words = "Toll gates"', "[entity]", 'type = "TollGate"', 'id = { column = "gate" }', "[time]",
         'column = "at"', "[attributes]", 'passages = { column = "n" }']
    )  # fmt: skip
    (tmp_path / "toll.toml").write_text(good)
    (tmp_path / "toll@1a2b.toml").write_text(good.replace("TollGate", "OldGate"))
    (tmp_path / "broken.toml").write_text("not = [toml")
    assert mapped_in(tmp_path) == [Mapped("TollGate", "Toll gates")]
    assert mapped_in(tmp_path / "none") == []


async def test_without_the_library_of_noise_nothing_is_counted_nor_published(
    door: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await looked(door, "anna", months_ago() - timedelta(days=2))
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    async with door.client() as client:
        told = Anchors(await read(client)).at["looks"]
    assert "This installation publishes no count." in told
    found, _ = await door.services.ops.read(lambda conn: audit.find(conn, action="counts.publish"))
    assert found == []
