"""@context: resolution and bounds (clauses 4.4, 5.5.5 to 5.5.7)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ngsi.conftest import CARS_URL, CORE_URL, Api, car

from tocsin.app.hosting import Place
from tocsin.app.ngsi import broker as composed
from tocsin.app.notifications import inner_hosts
from tocsin.kernel.clock import WallClock
from tocsin.ngsi.jsonld import CORE, Terms
from tocsin.ngsi.jsonld.core import document
from tocsin.ngsi.jsonld.remote import MAX_BYTES, Remote
from tocsin.ngsi.problems import BadRequestData, LdContextNotAvailable
from tocsin.settings import load

DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"
ID = "/entities/urn:ngsi-ld:Vehicle:1"


def page(context: Any) -> bytes:
    return json.dumps({"@context": context}).encode()


async def terms(api: Api, context: Any) -> Terms:
    return await api.broker.contexts.resolve(context)


def test_the_core_context_is_whole() -> None:
    """Annex B."""
    told = json.loads(document())["@context"]
    assert told["@vocab"] == DEFAULT
    for name, iri in (
        ("value", "hasValue"), ("object", "hasObject"), ("languageMap", "hasLanguageMap"),
        ("vocab", "hasVocab"), ("json", "hasJSON"), ("valueList", "hasValueList"),
        ("objectList", "hasObjectList"), ("location", "location"), ("observedAt", "observedAt"),
        ("unitCode", "unitCode"), ("datasetId", "datasetId"), ("scope", "scope"),
    ):  # fmt: skip
        assert CORE.expand(name) == "https://uri.etsi.org/ngsi-ld/" + iri
    assert CORE.expand("title") == "http://purl.org/dc/terms/title"
    assert CORE.expand("anything") == DEFAULT + "anything"
    assert (CORE.keyword("id"), CORE.keyword("type")) == ("@id", "@type")


@pytest.mark.parametrize(("context", "name", "iri"), [
    ({"a": "https://x.y/a"}, "a", "https://x.y/a"),
    ({"p": "https://x.y/", "a": "p:b"}, "a", "https://x.y/b"),
    ({"a": "p:b", "p": "https://x.y/"}, "a", "https://x.y/b"),
    ({"p": "https://x.y/", "a": {"@id": "p:b", "@type": "@id"}}, "a", "https://x.y/b"),
    ({"p": "https://x.y/"}, "p:z", "https://x.y/z"),
    ({"p": "https://x.y/", "p:a": {"@type": "@id"}}, "p:a", "https://x.y/a"),
    ({"@vocab": "https://v.w/"}, "a", "https://v.w/a"),
    ([{"a": "https://x.y/1"}, {"a": "https://x.y/2"}], "a", "https://x.y/2"),
    ([{"a": "https://x.y/1"}, [{"b": "https://x.y/2"}]], "b", "https://x.y/2"),
    ([{"p": "https://x.y/"}, {"a": "p:b"}], "a", "https://x.y/b"),
    ([{"a": "https://x.y/1"}, {"a": None}], "a", DEFAULT + "a"),
    ([CARS_URL, {"speed": "https://x.y/speed"}], "speed", "https://x.y/speed"),
    ([{"speed": "https://x.y/speed"}, CARS_URL], "speed", "https://cars.example/terms/speed"),
    ({"location": "https://x.y/location"}, "location", "https://uri.etsi.org/ngsi-ld/location"),
    ([CORE_URL, CARS_URL], "speed", "https://cars.example/terms/speed"),
    (None, "a", DEFAULT + "a"), ([], "a", DEFAULT + "a"), (CORE_URL, "a", DEFAULT + "a"),
])  # fmt: skip
async def test_what_a_name_means(api: Api, context: Any, name: str, iri: str) -> None:
    """JSON-LD 1.1, 4.1 and 5.2; the core context last and protected (5.5.7)."""
    found = await terms(api, context)
    assert found.expand(name) == iri
    assert found.expand(found.compact(iri)) == iri


async def test_aliases(api: Api) -> None:
    """4.4: other names of @id and @type."""
    context = [{"ident": "@id", "kind": "@type"}, CORE_URL]
    await api.create({"ident": "urn:ngsi-ld:Vehicle:1", "kind": "Vehicle", "@context": context}, ld=True)
    assert await api.get(ID) == {"id": "urn:ngsi-ld:Vehicle:1", "type": "Vehicle"}


_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)
_IRIS = st.builds(lambda host, path: f"https://{host}.example/{path}", _NAMES, _NAMES)


@settings(deadline=None, max_examples=300)
@given(
    st.dictionaries(_NAMES, _IRIS | _NAMES.map(lambda n: f"p:{n}"), max_size=8),
    st.none() | _IRIS.map(lambda iri: iri + "/"),
    _IRIS | _NAMES.map(lambda n: "https://p.example/" + n) | _NAMES.map(lambda n: DEFAULT + n),
)
def test_compacted_and_expanded_again(defined: dict[str, str], vocab: str | None, iri: str) -> None:
    """Whatever a context says: what an IRI is shown as means that IRI."""
    context: dict[str, Any] = {"p": "https://p.example/", **defined}
    if not isinstance(context["p"], str) or context["p"].startswith("p:"):
        context["p"] = "https://p.example/"
    if vocab:
        context["@vocab"] = vocab
    found = CORE.layered(context)
    assert found.expand(found.compact(iri)) == iri


async def test_fetched_once(api: Api) -> None:
    """5.5.7: many requests, one fetch, also at the same time."""
    link = f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    await asyncio.gather(*(api("GET", "/entities?type=Vehicle", link=link, status=200) for _ in range(10)))
    assert api.web.asked == [CARS_URL]
    told = await api.get("/jsonldContexts?kind=Cached")
    assert CARS_URL in told


async def test_contexts_within_contexts(api: Api) -> None:
    """JSON-LD 1.1, 5.1: relative to where they are found."""
    api.web.pages["https://x.example/a/one.jsonld"] = page(["two.jsonld", {"a": "p:a"}])
    api.web.pages["https://x.example/a/two.jsonld"] = page({"p": "https://p.example/"})
    assert (await terms(api, "https://x.example/a/one.jsonld")).expand("a") == "https://p.example/a"


@pytest.mark.parametrize("name", ["self", "pair", "deep", "wide", "none", "big"])
async def test_contexts_that_cannot_be_had(api: Api, name: str) -> None:
    """5.5.5: loops, depth, breadth, too many terms, none at all."""
    x = "https://x.example/"
    api.web.pages |= {
        x + "self": page([x + "self"]),
        x + "pair": page(x + "riap"),
        x + "riap": page(x + "pair"),
        **{f"{x}deep{n}": page(f"{x}deep{n + 1}") for n in range(40)},
        x + "deep": page(x + "deep0"),
        **{f"{x}w{n}": page({"a": x}) for n in range(60)},
        x + "wide": page([f"{x}w{n}" for n in range(60)]),
        x + "big": page({f"t{n}": x for n in range(60_000)}),
    }
    api.web.pages.pop(x + "none", None)
    link = f'<{x}{name}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    told = await api.refused("LdContextNotAvailable", 503, "GET", "/entities?type=Vehicle", link=link)
    assert told["status"] == 503
    await api.refused(
        "LdContextNotAvailable", 503, "POST", "/entities", {**car(), "@context": x + name}, ld=True
    )
    assert len(api.web.asked) < 200


@pytest.mark.parametrize(
    "wrong",
    [
        5,
        "no url",
        "file:///etc/passwd",
        "ftp://x.y/z",
        {"a": 5},
        {"a": "b:c", "b": "a:c"},
        {"@vocab": 5},
        [5],
        "http://",
    ],
)
async def test_contexts_that_are_none(api: Api, wrong: Any) -> None:
    """5.5.4: BadRequestData."""
    await api.refused("BadRequestData", 400, "POST", "/entities", {**car(), "@context": wrong}, ld=True)


# --- the network's side


async def outside(_host: str, _port: int) -> Sequence[str]:
    return ["93.184.216.34"]


def remote(answer: Any, lookup: Any = outside, **more: Any) -> Remote:
    return Remote(transport=httpx.MockTransport(answer), lookup=lookup, **more)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.7",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "100.64.0.1",
        "0.0.0.0",
        "::ffff:127.0.0.1",
    ],
)
async def test_never_into_an_inner_network(address: str) -> None:
    called: list[httpx.Request] = []

    async def lookup(_host: str, _port: int) -> Sequence[str]:
        return ["93.184.216.34", address]  # one good address does not make up for a bad one

    def answer(request: httpx.Request) -> httpx.Response:
        called.append(request)
        return httpx.Response(200, content=b"{}")

    with pytest.raises(LdContextNotAvailable):
        await remote(answer, lookup)("https://context.example/x")
    assert called == []


@pytest.mark.parametrize(
    ("allowed", "url", "had"),
    [
        ("context-server", "http://context-server/x", True),
        ("context-server", "http://context-server:8080/x", True),
        ("context-server:8080", "http://context-server:8080/x", True),
        ("context-server:8080", "http://context-server/x", False),
        ("context-server", "http://other-server/x", False),
        ("context-server", "http://context-server/elsewhere", False),
    ],
)
async def test_inner_hosts_that_are_named(allowed: str, url: str, had: bool) -> None:
    """``contexts.hosts``: a context server beside this one; what it redirects to is looked at by itself."""

    async def inner(_host: str, _port: int) -> Sequence[str]:
        return ["172.18.0.5"]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/elsewhere":
            return httpx.Response(302, headers={"location": "http://other-server/x"})
        return httpx.Response(200, content=b"{}")

    fetch = remote(answer, inner, allowed=inner_hosts(allowed))
    if had:
        assert await fetch(url) == b"{}"
        return
    with pytest.raises(LdContextNotAvailable, match=r"contexts\.hosts"):
        await fetch(url)


async def test_calls_the_address_that_was_looked_at() -> None:
    """The name is resolved once: it cannot point elsewhere between the look and the call."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "93.184.216.34"
        assert request.headers["host"] == "context.example"
        assert request.extensions["sni_hostname"] == "context.example"
        return httpx.Response(200, content=b"{}")

    assert await remote(answer)("https://context.example/x") == b"{}"


async def test_redirects_are_looked_at_too() -> None:
    async def lookup(host: str, _port: int) -> Sequence[str]:
        return ["10.0.0.1"] if host == "inner.example" else ["93.184.216.34"]

    def answer(request: httpx.Request) -> httpx.Response:
        to = {
            "/inner": "https://inner.example/",
            "/file": "file:///etc/passwd",
            "/round": "/round",
            "/ok": "/there",
        }
        where = to.get(request.url.path)
        return (
            httpx.Response(302, headers={"location": where}) if where else httpx.Response(200, content=b"{}")
        )

    assert await remote(answer, lookup)("https://context.example/ok") == b"{}"
    for path in ("inner", "round"):
        with pytest.raises(LdContextNotAvailable):
            await remote(answer, lookup)(f"https://context.example/{path}")
    with pytest.raises(BadRequestData):
        await remote(answer, lookup)("https://context.example/file")


async def test_ten_megabytes_and_a_slow_server() -> None:
    sent = 0

    async def flood() -> Any:
        nonlocal sent
        for _ in range(10 << 20 >> 14):
            sent += 1 << 14
            yield b" " * (1 << 14)

    with pytest.raises(LdContextNotAvailable, match="bytes"):
        await remote(lambda _: httpx.Response(200, content=flood()))("https://context.example/x")
    assert sent <= MAX_BYTES + (1 << 15)

    async def drip() -> Any:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    with pytest.raises(LdContextNotAvailable, match="no answer within"):
        await remote(lambda _: httpx.Response(200, content=drip()), max_seconds=0.2)(
            "https://context.example/x"
        )


async def test_no_network() -> None:
    """5.5.5: LdContextNotAvailable, not a defect."""

    async def nowhere(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no resolver")

    def answer(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("unreachable")

    for fetch in (remote(answer, nowhere), remote(answer), remote(lambda _: httpx.Response(404))):
        with pytest.raises(LdContextNotAvailable):
            await fetch("https://context.example/x")


async def test_an_answer_names_the_core_once(api: Api) -> None:
    """4.4, 6.3.6: not beside a context that includes it, at whatever depth; else behind it."""
    x = "https://x.example/"
    api.web.pages |= {x + "whole": page([x + "inner", CARS_URL]), x + "inner": page([CORE_URL])}
    await api.create(car())
    for url, stated in ((x + "whole", x + "whole"), (CARS_URL, [CARS_URL, CORE_URL])):
        link = f'<{url}>; rel="http://www.w3.org/ns/json-ld#context"'
        assert (await api.get(ID, link=link, accept="application/ld+json"))["@context"] == stated
    assert (await api.get(ID, accept="application/ld+json"))["@context"] == CORE_URL


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"context": {}}', b'{"@context": 5}'])
async def test_remote_contexts_that_are_none(api: Api, body: bytes) -> None:
    """5.5.6: had, but none: BadRequestData."""
    api.web.pages["https://x.example/none"] = body
    wrong = {**car(), "@context": "https://x.example/none"}
    await api.refused("BadRequestData", 400, "POST", "/entities", wrong, ld=True)


async def test_the_settings_name_inner_hosts(api: Api, tmp_path: Path) -> None:
    """``contexts.hosts`` of the file reaches what fetches; without it no inner server is asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        body = page({"speed": "https://beside.example/speed"})
        head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/context.jsonld"
        for named, had in (("", False), (f"127.0.0.1:{port}", True)):
            (tmp_path / "tocsin.toml").write_text(f'[contexts]\nhosts = "{named}"\n')
            made = composed(Place(tmp_path, "live", load(tmp_path)), api.context, WallClock())
            if had:
                assert (await made.contexts.resolve(url)).expand("speed") == "https://beside.example/speed"
            else:
                with pytest.raises(LdContextNotAvailable):
                    await made.contexts.resolve(url)
            assert bool(asked) is had
            await made.close()
