"""How a person wants to be told: read, checked, kept. Within the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import get_args

from tocsin.db import Connection
from tocsin.kernel.errors import Invalid, TooMany
from tocsin.kernel.ids import random_id
from tocsin.notify.delivery import planning, quiet, repository
from tocsin.notify.delivery.directory import Recipient
from tocsin.notify.delivery.directory import repository as addresses
from tocsin.notify.delivery.model import (
    Delivery,
    Language,
    Notice,
    NotifyPreferences,
    PersonChannel,
)

#: local part and domain of ASCII letters, as mail servers everywhere take them (RFC 5321, 4.1.2, dot-string)
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_EMAIL_CHARS, _LOCAL_CHARS = 254, 64
_TEST_EVERY = timedelta(seconds=30)


def of(conn: Connection, person: str) -> NotifyPreferences:
    """Those that hold where somebody gave none: every usual rule and no address."""
    return addresses.preferences(conn, person) or NotifyPreferences()


def keep(
    conn: Connection, person: str, given: NotifyPreferences, domains: Collection[str] = ()
) -> NotifyPreferences:
    """``domains``: where mail may go; empty: anywhere. Raises ``Invalid``."""
    check(given, domains)
    addresses.save_preferences(conn, person, given)
    return given


def check(given: NotifyPreferences, domains: Collection[str] = ()) -> None:
    """Raises ``Invalid``."""
    if given.email:
        _check_email(given.email, domains)
    if given.language not in get_args(Language):
        raise Invalid(
            "no such language", field="language", value=given.language, cure=", ".join(get_args(Language))
        )
    kinds = [rule.kind for rule in given.rules]
    if len(set(kinds)) != len(kinds):
        raise Invalid("two rules for one kind", field="rules", value=kinds, cure="keep one of them")
    if given.quiet is not None:
        quiet.check(given.quiet)


def test(conn: Connection, person: str, channel: PersonChannel, room: str, now: datetime) -> list[Delivery]:
    """Plan a message to oneself by one channel, to each address there. Raises ``Invalid``, ``TooMany``."""
    wants = of(conn, person)
    if channel == "email":
        targets = [person] if wants.email else []
    else:
        targets = [browser.id for browser in addresses.browsers_of(conn, person)]
    if not targets:
        cure = "give a mail address first" if channel == "email" else "allow pushes in a browser first"
        raise Invalid("there is no address for it", field="channel", value=channel, cure=cure)
    _not_again(conn, person, now)
    made = []
    for target in targets:
        notice = Notice("test", "asked", f"test/{random_id()}", "", "", 1, "low", "", now)
        to = Recipient(channel, person, target, room, NotifyPreferences(language=wants.language))
        one = planning.delivery(repository.next_number(conn), random_id(), to, notice, now)
        repository.save(conn, [one])
        made.append(one)
    return made


def _not_again(conn: Connection, person: str, now: datetime) -> None:
    for one in repository.find(conn, recipient=person, limit=5):
        left = one.planned_at + _TEST_EVERY - now
        if one.notice.kind == "test" and left > timedelta():
            raise TooMany("a test message was sent just now", retry_after_s=left.total_seconds())


def _check_email(email: str, domains: Collection[str]) -> None:
    local, _, domain = email.rpartition("@")
    if len(email) > _EMAIL_CHARS or len(local) > _LOCAL_CHARS or not _EMAIL.fullmatch(email):
        raise Invalid("not a mail address", field="email", value=email[:80], cure="as in name@city.example")
    if domains and domain.lower() not in domains:
        raise Invalid(
            "mail does not go there from here",
            field="email",
            value=domain,
            cure=f"use an address at {', '.join(sorted(domains))}",
        )
