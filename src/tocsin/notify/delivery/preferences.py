"""How a person wants to be told: read, checked, kept. Within the caller's transaction."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.identity.languages import chosen
from tocsin.identity.secrets import digest
from tocsin.kernel.errors import Conflict, Invalid, TooMany
from tocsin.kernel.ids import random_id
from tocsin.kernel.languages import FALLBACK, Language
from tocsin.notify.delivery import planning, quiet, repository
from tocsin.notify.delivery.admission import CODE
from tocsin.notify.delivery.directory import Recipient
from tocsin.notify.delivery.directory import repository as addresses
from tocsin.notify.delivery.model import (
    Delivery,
    Kept,
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
_CODE_GOOD, _CODE_TRIES = timedelta(hours=1), 5


def of(conn: Connection, person: str) -> Kept:
    """What holds where somebody gave nothing: every usual rule and no address."""
    return addresses.kept(conn, person) or Kept(NotifyPreferences())


def keep(
    conn: Connection,
    person: str,
    given: NotifyPreferences,
    room: str,
    now: datetime,
    domains: Collection[str] = (),
    city: Language = FALLBACK,
) -> NotifyPreferences:
    """A new address gets a code first, and nothing else until it is given back. ``domains``: where mail may
    go; empty: anywhere. ``city``: the language of who has chosen none.

    Raises ``Invalid``, ``TooMany`` (codes).
    """
    check(given, domains)
    before = of(conn, person)
    addresses.save_kept(conn, person, replace(before, preferences=given))
    if given.email and given.email not in (before.confirmed, before.preferences.email):
        _send_code(conn, person, room, now, city)
    return given


def confirm(conn: Connection, person: str, code: str, now: datetime) -> bool:
    """Whether the address is shown to be theirs. A wrong code is counted, so that the caller must commit.

    Raises ``Conflict`` where there is no code that could fit.
    """
    kept = of(conn, person)
    stale = kept.code_at is None or now - kept.code_at > _CODE_GOOD or kept.wrong >= _CODE_TRIES
    if stale or not kept.preferences.email:
        raise Conflict("there is no code to give", field="code", cure="have a new one sent")
    fits = hmac.compare_digest(kept.code, _digest(kept.preferences.email, code))
    if fits:
        after = replace(kept, confirmed=kept.preferences.email, code="", code_at=None, wrong=0)
    else:
        after = replace(kept, wrong=kept.wrong + 1)
    addresses.save_kept(conn, person, after)
    return fits


def _send_code(conn: Connection, person: str, room: str, now: datetime, city: Language) -> Delivery:
    _not_again(conn, person, now)
    kept, code = of(conn, person), f"{secrets.randbelow(10**6):06}"
    sent = replace(kept, code=_digest(kept.preferences.email, code), code_at=now, wrong=0)
    addresses.save_kept(conn, person, sent)
    return _to_oneself(conn, person, "email", person, room, now, city, CODE, code)


def _digest(email: str, code: str) -> str:
    """For this address and no other."""
    return digest(f"{code} {email}", "notify code")


def check(given: NotifyPreferences, domains: Collection[str] = ()) -> None:
    """Raises ``Invalid``."""
    if given.email:
        _check_email(given.email, domains)
    kinds = [rule.kind for rule in given.rules]
    if len(set(kinds)) != len(kinds):
        raise Invalid("two rules for one kind", field="rules", value=kinds, cure="keep one of them")
    if given.quiet is not None:
        quiet.check(given.quiet)


def test(
    conn: Connection,
    person: str,
    channel: PersonChannel,
    room: str,
    now: datetime,
    city: Language,
) -> list[Delivery]:
    """Plan a message to oneself by one channel, to each address there; a new code for a mail address that is
    not confirmed. Raises ``Invalid``, ``TooMany``.
    """
    kept = of(conn, person)
    if channel == "email" and kept.preferences.email not in ("", kept.confirmed):
        return [_send_code(conn, person, room, now, city)]
    if channel == "email":
        targets = [person] if kept.preferences.email else []
    else:
        targets = [browser.id for browser in addresses.browsers_of(conn, person)]
    if not targets:
        cure = "give a mail address first" if channel == "email" else "allow pushes in a browser first"
        raise Invalid("there is no address for it", field="channel", value=channel, cure=cure)
    _not_again(conn, person, now)
    return [_to_oneself(conn, person, channel, target, room, now, city, "asked", "") for target in targets]


def _to_oneself(
    conn: Connection,
    person: str,
    channel: PersonChannel,
    target: str,
    room: str,
    now: datetime,
    city: Language,
    act: str,
    headline: str,
) -> Delivery:
    notice = Notice("test", act, f"test/{random_id()}", "", "", 1, "low", headline, now)
    to = Recipient(channel, person, target, room, NotifyPreferences(), chosen(conn, person))
    one = planning.delivery(repository.next_number(conn), random_id(), to, notice, now, city)
    repository.save(conn, [one])
    return one


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
