"""Only the live realm sends: an exercise with every setting filled in opens no connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.db.shape import shaped
from tests.notify.delivery.city import T0, City, alert
from tests.notify.delivery.receivers import Mails, http, smtp

from tocsin.app import stages
from tocsin.app.hosting import Place
from tocsin.app.notify import base_url, channels_of, desk_of, mail_server, notifying
from tocsin.app.privacy import facts
from tocsin.db import Database
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Misconfigured
from tocsin.notify.delivery import webhooks
from tocsin.notify.delivery.model import KINDS
from tocsin.privacy.register import fill
from tocsin.settings import Settings, load


def full(mail_port: int) -> dict[str, object]:
    """Every setting of messages, each other than its default."""
    return {
        "http.public_url": "https://tocsin.city.example",
        "notify.smtp_host": "127.0.0.1",
        "notify.smtp_port": mail_port,
        "notify.smtp_security": "none",
        "notify.smtp_from": "tocsin@city.example",
        "notify.smtp_user": "",
        "notify.push_contact": "mailto:t@city.example",
        "notify.webhook_hosts": "127.0.0.1",
    }


def context(folder: Path) -> None:
    """What the process *stages* finds there."""
    db = Database(folder / "context.db", durable=False, name="context")
    shaped(db)
    db.close()


async def run(city: City, place: Place, done: Callable[[], bool]) -> list[str]:
    """The whole process *stages* of that realm, for as long as it takes to send; what is in it."""
    house = await stages.compose(place, city.bus)
    tasks = [asyncio.create_task(stage.run()) for stage in house.stages]
    for _ in range(600 if place.live else 30):
        if done():
            break
        await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    closing = house.close()
    assert closing is None
    return [stage.name for stage in house.stages]


@pytest.mark.parametrize("realm", ["exercise:spring", "backtest:day", "live"])
async def test_no_connection_but_from_the_live_realm(city: City, realm: str) -> None:
    handler = Mails()
    with smtp(handler) as port:
        async with http() as receiver:
            city.person("ann", "police", "operator")
            allowed = frozenset({"127.0.0.1"})
            city.db.write_now(
                lambda c: webhooks.add(
                    c, city.seal, "police", "CAD", receiver.url, KINDS, "low", "r", city.clock.now(), allowed
                )
            )
            await city.tell(alert(1, "critical"))
            # what is told of must be known to the real house, or nothing speaks for sending it
            city.db.write_now(lambda c: webhooks.test(c, webhooks.all_of(c)[0].id, WallClock().now()))
            settings = load(city.folder, full(port))
            context(city.folder)
            place = Place(city.folder, realm, settings)
            names = await run(city, place, lambda: receiver.connections > 0)
            live = realm == "live"
            assert ("delivery" in names, "notify" in names) == (live, live)
            # the same state folder in the live realm shows that the test can fail
            assert receiver.connections == (1 if live else 0)
    assert handler.mails == []


def test_no_channel_can_be_made_elsewhere(tmp_path: Path) -> None:
    place = Place(tmp_path, "exercise:spring", load(tmp_path, full(25)))
    with pytest.raises(Misconfigured, match="only the live realm"):
        channels_of(place)
    assert desk_of(place) is None
    ops = Database(tmp_path / "ops.db", durable=False, name="ops")
    assert notifying(place, None, ops, place.clock()) == []  # type: ignore[arg-type]
    ops.close()


def test_what_is_wired(tmp_path: Path) -> None:
    bare = desk_of(Place(tmp_path, "live", Settings()))
    assert bare is not None
    assert bare.channels == ("webhook",)
    desk = desk_of(Place(tmp_path, "live", load(tmp_path, full(25))))
    assert desk is not None
    assert desk.channels == ("webhook", "email", "push")
    assert len(desk.push_key) == 87


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"smtp_security": "ssl"}, "smtp_security"),
        ({"smtp_from": "Tocsin"}, "smtp_from"),
        ({"smtp_user": "t", "smtp_security": "none", "smtp_host": "mail.example"}, "smtp_security"),
        ({"smtp_user": "t", "smtp_password_file": "gone"}, "smtp_password_file"),
        ({"smtp_user": "t"}, "smtp_password_file"),
        ({"smtp_user": "t", "smtp_password_file": "open"}, "smtp_password_file"),
        ({"smtp_ca_file": "gone.pem"}, "smtp_ca_file"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, given: dict, field: str) -> None:
    (tmp_path / "open").write_text("secret")
    (tmp_path / "open").chmod(0o644)
    wanted = replace(load(tmp_path, full(25)).notify, **given)
    with pytest.raises(Misconfigured) as refused:
        mail_server(tmp_path, wanted)
    assert refused.value.field == f"notify.{field}"


def test_the_password_comes_from_its_file_and_is_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "smtp.password").write_text("right horse\n")
    (tmp_path / "smtp.password").chmod(0o600)
    wanted = replace(load(tmp_path, full(25)).notify, smtp_user="t", smtp_password_file="smtp.password")
    server = mail_server(tmp_path, wanted)
    assert server.password == "right horse"
    assert "horse" not in repr(server) + repr(wanted)


def test_the_register_says_where_pushes_pass(tmp_path: Path) -> None:
    """GDPR Art 30(1)(e): a claim that nothing leaves must not outlive the setting that makes it untrue."""
    on, off = load(tmp_path, full(25)), Settings()
    told = {
        (realm, settings is on): fill(facts(Place(tmp_path, realm, settings)), (), T0).transfers
        for realm in ("live", "exercise:spring")
        for settings in (on, off)
    }
    assert "push service" in told.pop(("live", True))
    assert {words.partition(":")[0] for words in told.values()} == {"None"}


def test_links_lead_to_the_public_address(tmp_path: Path) -> None:
    assert base_url(Settings()) == "http://127.0.0.1:8480"
    assert base_url(load(tmp_path, full(25))) == "https://tocsin.city.example"
