"""Web Push: the worked example of RFC 8291, VAPID checked by another library, keys kept for us alone."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import derive_private_key
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.incidents.plans import incident
from tests.notify.delivery.city import POLICE, T0, City, alert
from tests.notify.delivery.receivers import http, ok
from tests.notify.delivery.test_planning import task
from tests.notify.desk import Desk, text

from tocsin.kernel.errors import Conflict, Invalid, Misconfigured, NotFound
from tocsin.notify.delivery import browsers
from tocsin.notify.delivery.channels import Failed, Parcel, Push
from tocsin.notify.delivery.channels.encrypt import CURVE, MOST_BYTES, b64, encrypt, unb64
from tocsin.notify.delivery.channels.post import Poster
from tocsin.notify.delivery.channels.push import Pushes, payload
from tocsin.notify.delivery.channels.vapid import Vapid
from tocsin.notify.delivery.model import NotifyPreferences
from tocsin.notify.delivery.words import Message

# RFC 8291, section 5 and appendix A
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
EXPECTED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_worked_example() -> None:
    sender = derive_private_key(int.from_bytes(unb64(SENDER, "s"), "big"), CURVE)
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        P256DH,
        AUTH,
        salt=unb64(SALT, "s"),
        sender=sender,
    )
    assert b64(body) == EXPECTED


def test_salt_and_key_are_fresh_each_time() -> None:
    first, second = encrypt(b"x", P256DH, AUTH), encrypt(b"x", P256DH, AUTH)
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


def test_a_push_service_takes_what_fits() -> None:
    assert len(encrypt(b"x" * MOST_BYTES, P256DH, AUTH)) == 4096
    with pytest.raises(Invalid):
        encrypt(b"x" * (MOST_BYTES + 1), P256DH, AUTH)


def test_vapid_as_a_push_service_checks_it(tmp_path: Path) -> None:
    vapid = Vapid.of(tmp_path, "mailto:t@city.example")
    scheme, _, rest = vapid.authorization("https://push.example:444/x/y", T0).partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    raw = base64.urlsafe_b64decode(parts["k"] + "=")
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": b64(raw[1:33]), "y": b64(raw[33:])})
    token = jwt.decode(parts["t"], key, algorithms=["ES256"])
    assert token.claims["aud"] == "https://push.example:444"
    assert token.claims["sub"] == "mailto:t@city.example"
    assert 0 < token.claims["exp"] - T0.timestamp() <= timedelta(hours=24).total_seconds()


def test_the_key_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    first = Vapid.of(tmp_path, "")
    assert Vapid.of(tmp_path, "").public == first.public
    path = tmp_path / "keys" / "push.key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(Misconfigured, match="read by others"):
        Vapid.of(tmp_path, "")
    path.chmod(0o600)
    path.write_bytes(b"\xff" * 32)
    with pytest.raises(Misconfigured, match="damaged"):
        Vapid.of(tmp_path, "")


@pytest.mark.parametrize(
    ("status", "gone", "final", "whole"),
    [
        ("404 x", True, False, False),
        ("410 x", True, False, False),
        ("403 x", False, True, False),
        ("413 x", False, True, False),
        ("429 x", False, False, True),
        ("500 x", False, False, True),
    ],
)
async def test_what_answers_mean(tmp_path: Path, status: str, gone: bool, final: bool, whole: bool) -> None:
    async with http() as receiver:
        receiver.answer = lambda _: ok(status)
        channel = Pushes(Poster(frozenset({"127.0.0.1"})), Vapid.of(tmp_path, "mailto:a@b.example"))
        to = Push(receiver.url, P256DH, AUTH)
        outcome = await channel.send(Parcel("key", to, Message("s", "t", "l"), {}, "high", T0, T0))
        await channel.close()
    assert isinstance(outcome, Failed)
    assert (outcome.gone, outcome.final, outcome.whole) == (gone, final, whole)
    headers = receiver.requests[0].headers
    assert headers["urgency"] == "high"
    assert headers["topic"] == "key"
    assert headers["content-encoding"] == "aes128gcm"
    assert int(headers["ttl"]) == 4 * 3600


SHOWN = Path(__file__).parents[3] / "console" / "worker" / "push.json"


async def test_the_worker_is_sent_what_it_shows(city: City) -> None:
    """The other half stands in ``console/worker/worker.test.ts``, which shows what the same file holds."""
    subscribe(city, "ann", "https://push.example/1")
    city.person("ann", "police", "field responder", wants=NotifyPreferences())
    step = task(role="field responder", id="p.exit", title="Look at the place")
    at_work = incident(id="INC-001", severity="high", tasks=(step,), sharing=POLICE)
    await city.tell_incident(at_work)
    subscribe(city, "bo", "https://push.example/2")
    city.person("bo", "it", "operator", wants=NotifyPreferences(), language="it")
    desk = Desk(city.db, clock=city.clock)  # type: ignore[arg-type]
    desk.issue(severity="Extreme", texts=(text(), text("it", headline="Lasciate la piazza")))
    await city.planner().warn()
    await city.send()
    sent = [json.loads(payload(parcel)) for parcel in city.pushes.sent]
    wanted = json.loads(SHOWN.read_text())
    assert [{**one, "tag": ""} for one in sent] == [{**one, "tag": ""} for one in wanted]
    assert [one["tag"] for one in sent] == [parcel.key for parcel in city.pushes.sent]
    assert all(len(one["tag"]) == len(want["tag"]) for one, want in zip(sent, wanted, strict=True))


def subscribe(city: City, person: str, endpoint: str, p256dh: str = P256DH, auth: str = AUTH) -> str:
    return city.db.write_now(lambda c: browsers.add(c, person, endpoint, p256dh, auth, "Firefox", T0)).id


async def test_a_browser_is_told_and_is_one_persons(city: City) -> None:
    city.person("ann", "police", "operator", wants=NotifyPreferences())
    city.person("bo", "police", "operator", wants=NotifyPreferences())
    first = subscribe(city, "ann", "https://push.example/1")
    assert subscribe(city, "ann", "https://push.example/1") == first
    await city.tell(alert(1))
    await city.send()
    assert [one.recipient for one in city.ledger()] == ["ann"]
    # somebody else signs in on the same machine: it is theirs now
    assert subscribe(city, "bo", "https://push.example/1") == first
    await city.tell(alert(2))
    assert [one.recipient for one in city.ledger()] == ["ann", "bo"]
    with pytest.raises(NotFound):
        city.db.write_now(lambda c: browsers.remove(c, "ann", first))
    city.db.write_now(lambda c: browsers.remove(c, "bo", first))


@pytest.mark.parametrize(
    ("endpoint", "p256dh", "auth"),
    [
        ("http://push.example/1", P256DH, AUTH),
        ("https://10.0.0.1/1", P256DH, AUTH),
        ("https://push.example/1", "AAAA", AUTH),
        ("https://push.example/1", b64(b"\x04" + b"\x01" * 64), AUTH),
        ("https://push.example/1", P256DH, "AAAA"),
        ("https://push.example/1", "not base64 ü", AUTH),
    ],
)
def test_what_is_no_subscription(city: City, endpoint: str, p256dh: str, auth: str) -> None:
    with pytest.raises(Invalid):
        subscribe(city, "ann", endpoint, p256dh, auth)


def test_ten_browsers_are_enough(city: City) -> None:
    for number in range(10):
        subscribe(city, "ann", f"https://push.example/{number}")
    with pytest.raises(Conflict):
        subscribe(city, "ann", "https://push.example/10")
