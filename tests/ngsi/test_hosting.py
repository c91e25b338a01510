"""Contexts that are kept here, their own and those of others (clauses 5.13, 6.29, 6.30)."""

from __future__ import annotations

from tests.ngsi.conftest import CARS, CARS_URL, CORE_URL, Api, car
from tests.ngsi.test_contexts import ID, page, terms


async def test_hosted(api: Api) -> None:
    """5.13.2 to 5.13.5: added, named by others, listed, served, deleted."""
    answer = await api("POST", "/jsonldContexts", CARS, status=201)
    place = answer.headers["location"]
    url = "http://127.0.0.1:8480" + place
    assert (await api.client.get(place)).json() == CARS
    assert url in await api.get("/jsonldContexts")
    (told,) = await api.get("/jsonldContexts?kind=Hosted&details=true")
    assert (told["URL"], told["kind"]) == (url, "Hosted")
    assert told["createdAt"]
    link = f'<{url}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    await api.create(car(), link=link)
    assert (await api.get(ID))["type"] == "https://cars.example/terms/Vehicle"
    assert await api.get(ID, link=link) == car()
    assert api.web.asked == []
    local = place.rpartition("/")[2]
    await api.refused("BadRequestData", 400, "DELETE", f"/jsonldContexts/{local}?reload=true")
    assert (await api.get(f"/jsonldContexts/{local}?details=true")).keys() == told.keys()
    assert told.keys() == {"URL", "localId", "kind", "createdAt"}
    await api("DELETE", f"/jsonldContexts/{local}", status=204)
    await api.refused("ResourceNotFound", 404, "GET", f"/jsonldContexts/{local}")
    await api.refused("ResourceNotFound", 404, "DELETE", f"/jsonldContexts/{local}")
    await api.refused("LdContextNotAvailable", 503, "GET", ID, link=link)
    for wrong in ({"@context": 5}, {"@context": True}, {"@context": []}, {"@context": [{}, 5]}):
        await api.refused("BadRequestData", 400, "POST", "/jsonldContexts", wrong)
    for none in ({}, CARS["@context"], [], 5):
        await api.refused("InvalidRequest", 400, "POST", "/jsonldContexts", none)
    await api.refused("BadRequestData", 400, "GET", "/jsonldContexts?kind=Odd")


async def test_cached(api: Api) -> None:
    """5.13.4, 5.13.5: known, loaded anew, forgotten; had from its own place alone."""
    await terms(api, CARS_URL)
    escaped = CARS_URL.replace("/", "%2F")
    (told,) = [one for one in await api.get("/jsonldContexts?details=true") if one["URL"] == CARS_URL]
    assert told["kind"] == "Cached"
    await api.refused("OperationNotSupported", 422, "GET", f"/jsonldContexts/{escaped}")
    assert (await api.get(f"/jsonldContexts/{escaped}?details=true"))["URL"] == CARS_URL
    api.web.pages[CARS_URL] = page({"speed": "https://new.example/speed"})
    await api("DELETE", f"/jsonldContexts/{escaped}?reload=true", status=204)
    assert (await terms(api, CARS_URL)).expand("speed") == "https://new.example/speed"
    await api("DELETE", f"/jsonldContexts/{escaped}", status=204)
    await api.refused("ResourceNotFound", 404, "DELETE", f"/jsonldContexts/{escaped}")


async def test_uses_are_counted(api: Api) -> None:
    """5.13.4.5: whoever names it, and whoever asks for it."""
    escaped, link = CARS_URL.replace("/", "%2F"), f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"'
    await api.get("/entities?type=Vehicle", link=link)
    told = await api.get(f"/jsonldContexts/{escaped}?details=true")
    assert told.keys() == {"URL", "localId", "kind", "createdAt", "lastUsage", "numberOfHits"}
    assert (told["kind"], told["numberOfHits"]) == ("Cached", 1)
    await api.get("/entities?type=Vehicle", link=link)
    assert (await api.get(f"/jsonldContexts/{escaped}?details=true"))["numberOfHits"] == 3
    assert api.web.asked == [CARS_URL]


async def test_loading_anew_fails(api: Api) -> None:
    """5.13.5.4: what is held stays, whether the other server is away or answers with something else."""
    await terms(api, CARS_URL)
    escaped = CARS_URL.replace("/", "%2F")
    for answer in (None, b"<html>", b"{}"):
        del api.web.pages[CARS_URL]
        if answer is not None:
            api.web.pages[CARS_URL] = answer
        path = f"/jsonldContexts/{escaped}?reload=true"
        await api.refused("LdContextNotAvailable", 503, "DELETE", path)
        api.web.pages[CARS_URL] = b""
    assert (await terms(api, CARS_URL)).expand("speed") == "https://cars.example/terms/speed"


async def test_the_core_context_stays(api: Api) -> None:
    """5.13.5.4: every version of it is the one that is here; it is told of like a cached one."""
    for version in (CORE_URL, CORE_URL.replace("1.8", "1.6")):
        core = "/jsonldContexts/" + version.replace("/", "%2F")
        assert (await api.get(core + "?details=true"))["kind"] == "Cached"
        await api.refused("BadRequestData", 400, "DELETE", core)
        await api.refused("BadRequestData", 400, "DELETE", core + "?reload=false")
        await api("DELETE", core + "?reload=true", status=204)
        await api.refused("OperationNotSupported", 422, "GET", core)
    await api.refused("BadRequestData", 400, "DELETE", "/jsonldContexts/unknown?reload=true")
    await api.refused("BadRequestData", 400, "DELETE", "/jsonldContexts/unknown?reload=perhaps")
    await api.refused("ResourceNotFound", 404, "DELETE", "/jsonldContexts/unknown?reload=false")


async def test_one_from_a_request_can_be_had(api: Api) -> None:
    """6.3.5: a context that came in the body is named in the Link of the answer, and served."""
    query = {"type": "Query", "entities": [{"type": "Vehicle"}], "@context": [CARS["@context"], CORE_URL]}
    answer = await api("POST", "/entityOperations/query", query, ld=True, status=200)
    url = answer.headers["link"].partition("<")[2].partition(">")[0]
    assert (await api.client.get(url)).json() == {"@context": query["@context"]}
    assert (await api.get("/jsonldContexts?kind=ImplicitlyCreated")) == [url]
