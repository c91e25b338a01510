"""Browsers that take pushes. Within the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from tocsin.db import Connection
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.ids import content_id
from tocsin.kernel.text import clean
from tocsin.notify.delivery.channels import guard
from tocsin.notify.delivery.channels.encrypt import receiver_key, unb64
from tocsin.notify.delivery.directory import repository
from tocsin.notify.delivery.model import Browser

#: of one person
MOST = 10


def add(
    conn: Connection, person: str, endpoint: str, p256dh: str, auth: str, agent: str, now: datetime
) -> Browser:
    """The same browser again is kept once, and is whoever's signed in last. Raises ``Invalid``, ``Conflict``.

    ``endpoint``, ``p256dh``, ``auth``: as ``PushSubscription.toJSON()`` gives them (Push API, 8).
    """
    guard.target_of(endpoint, frozenset(), "endpoint")
    receiver_key(p256dh)
    if len(unb64(auth, "auth")) != 16:
        raise Invalid("not a secret of 16 octets", field="auth", value=len(auth), cure="subscribe anew")
    made = Browser(content_id("push", endpoint), person, endpoint, p256dh, auth, now, clean(agent, 200))
    others = [one for one in repository.browsers_of(conn, person) if one.id != made.id]
    if len(others) >= MOST:
        raise Conflict(f"{MOST} browsers take pushes already", field="browsers", cure="remove one of them")
    repository.save_browser(conn, made)
    return made


def remove(conn: Connection, person: str, browser: str) -> None:
    """Raises ``NotFound``, also for somebody else's."""
    found = repository.browser(conn, browser)
    if found is None or found.person != person:
        raise NotFound("no such browser of yours", field="id", value=browser, cure="look at the list again")
    repository.drop_browser(conn, browser)
