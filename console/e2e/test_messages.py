"""Told by one's own rules: an address, a rule, quiet hours, the ledger, sent again; a push as it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.instance import Instance, instance
from console.e2e.driver import ControlRoom
from console.e2e.messages import Ledger, Letters, Notifications
from console.e2e.readings import crush
from playwright.sync_api import expect
from tests.notify.delivery.receivers import Mails, smtp
from tests.notify.delivery.test_push import AUTH, P256DH

SHOWN = Path(__file__).parents[1] / "worker" / "push.json"
#: a push service that answers the browser and is asked by nobody
_SERVICE = f"""
    PushManager.prototype.subscribe = async () => ({{ toJSON: () => ({{
        endpoint: "https://push.invalid/one", keys: {{ p256dh: "{P256DH}", auth: "{AUTH}" }} }}) }});
"""


@pytest.fixture(scope="module")
def letters() -> Letters:
    return Letters(Mails())


@pytest.fixture(scope="module")
def city(letters: Letters) -> Iterator[Instance]:
    """A demonstration with a mail server of its own."""
    with smtp(letters.server) as port, pytest.MonkeyPatch.context() as settings:
        given = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "Tocsin <tocsin@city.example>",
            "PUSH_CONTACT": "mailto:tocsin@city.example",
        }
        for name, value in given.items():
            settings.setenv(f"TOCSIN_NOTIFY_{name}", value)
        with instance("--seed", "7", command="demo") as running:
            yield running


def test_by_ones_own_rules_and_again(seat: ControlRoom, city: Instance, letters: Letters) -> None:
    mine = Notifications(seat)
    mine.address("operator@city.example", letters)
    mine.rule("Alerts", "critical", "E-mail")
    hall = crush(city)
    assert "critical" in letters.with_words(hall)
    # at night nothing but what was asked for
    mine = Notifications(seat)
    mine.quiet("00:00", "23:59", critical=False)
    crush(city)
    ledger = Ledger(seat)
    ledger.says("Alert", "waiting", "quiet hours")
    mine = Notifications(seat)
    mine.no_quiet()
    # the mail server refuses the address; a person mends it and sends it again
    letters.server.refuse_rcpt = "550 5.1.1 no such person"
    hall = crush(city)
    ledger = Ledger(seat)
    ledger.says("Alert", "given up", "550")
    letters.server.refuse_rcpt = ""
    ledger.again("Alert", "given up", "550")
    assert "critical" in letters.with_words(hall)


def test_a_push_is_shown_by_the_one_worker(seat: ControlRoom) -> None:
    """From the account page too, which lies outside of the worker's scope."""
    page = seat.page
    page.context.grant_permissions(["notifications"], origin=seat.url)
    page.evaluate(_SERVICE)
    mine = Notifications(seat)
    mine.push()
    expect(mine.browsers).to_have_count(1)
    devtools = page.context.new_cdp_session(page)
    known: dict[str, str] = {}

    def hear(event: dict) -> None:
        known.update({one["scopeURL"]: one["registrationId"] for one in event["registrations"]})

    devtools.on("ServiceWorker.workerRegistrationUpdated", hear)
    devtools.send("ServiceWorker.enable")
    expect(page.get_by_role("main", name="Account")).to_be_visible()
    page.wait_for_timeout(500)
    (worker,) = known.values()
    payload = {"origin": seat.url, "registrationId": worker}
    told = json.dumps(json.loads(SHOWN.read_text())[0])
    devtools.send("ServiceWorker.deliverPushMessage", {**payload, "data": told})
    page.wait_for_function(
        """async () => (await (await navigator.serviceWorker.getRegistration("/field")).getNotifications())
            .some((n) => n.title === "high: Look at the place" && n.data.link === "/field/INC-001/p.exit")"""
    )
    mine.browsers.click()
    expect(mine.browsers).to_have_count(0)
