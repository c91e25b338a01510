"""Systems that are told: registered by an administrator for an organisation. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.identity.organisations import require_standing
from tocsin.identity.sealing import Seal
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.events import Severity
from tocsin.kernel.ids import random_id
from tocsin.kernel.text import clean
from tocsin.notify.delivery import planning
from tocsin.notify.delivery import repository as deliveries
from tocsin.notify.delivery.admission import about
from tocsin.notify.delivery.channels import guard
from tocsin.notify.delivery.channels.signing import new_secret
from tocsin.notify.delivery.directory import Recipient, repository
from tocsin.notify.delivery.ledger import withdrawn
from tocsin.notify.delivery.model import Delivery, Kind, Notice, Webhook

#: the secret before signs too for so long, so that a receiver can change without missing one
GRACE = timedelta(hours=24)
TITLE_CHARS = 100
MOST = 100


@dataclass(frozen=True, slots=True)
class Made:
    """``secret`` is told this once."""

    webhook: Webhook
    secret: str


def all_of(conn: Connection) -> Sequence[Webhook]:
    return repository.all_webhooks(conn)


def get(conn: Connection, webhook: str) -> Webhook:
    """Raises ``NotFound``."""
    found = repository.webhook(conn, webhook)
    if found is None:
        raise NotFound("no such webhook", field="id", value=webhook, cure="look at the list again")
    return found


def add(
    conn: Connection,
    seal: Seal,
    organisation: str,
    title: str,
    url: str,
    kinds: tuple[Kind, ...],
    severity: Severity,
    by: str,
    now: datetime,
    allowed: frozenset[str],
) -> Made:
    """``allowed``: hosts that may be private. Raises ``Invalid``, ``NotFound``, ``Conflict``."""
    require_standing(conn, organisation)
    said = clean(title, TITLE_CHARS)
    if not said:
        raise Invalid("a webhook has a title", field="title", value=title, cure="say which system it is")
    if not kinds:
        raise Invalid("it is told of nothing", field="kinds", value="none", cure="choose a kind")
    guard.target_of(url, allowed)
    if len(repository.all_webhooks(conn)) >= MOST:
        raise Conflict(f"there are {MOST} webhooks already", field="webhooks", cure="remove one of them")
    webhook_id, secret = random_id(), new_secret()
    made = Webhook(
        id=webhook_id,
        organisation=organisation,
        title=said,
        url=url,
        kinds=tuple(dict.fromkeys(kinds)),
        severity=severity,
        secret=seal.close(secret, about(webhook_id)),
        created_by=by,
        created_at=now,
    )
    repository.save_webhook(conn, made)
    return Made(made, secret)


def rotate(conn: Connection, seal: Seal, webhook: str, now: datetime) -> Made:
    """A new secret; the one before stays good for ``GRACE``. Raises ``NotFound``."""
    found, secret = get(conn, webhook), new_secret()
    sealed = seal.close(secret, about(webhook))
    made = replace(found, secret=sealed, former=found.secret, until=now + GRACE)
    repository.save_webhook(conn, made)
    return Made(made, secret)


def switch_on(conn: Connection, webhook: str) -> Webhook:
    """Again, after it said that it wants no more. Raises ``NotFound``."""
    made = replace(get(conn, webhook), off=None)
    repository.save_webhook(conn, made)
    return made


def remove(conn: Connection, webhook: str, now: datetime) -> None:
    """What waits for it goes nowhere. Raises ``NotFound``."""
    get(conn, webhook)
    lane = f"webhook:{webhook}"
    waiting = [withdrawn(one, now, "the webhook was removed") for one in deliveries.waiting_on(conn, lane)]
    deliveries.save(conn, waiting)
    deliveries.drop_lane(conn, lane)
    repository.drop_webhook(conn, webhook)


def test(conn: Connection, webhook: str, now: datetime) -> Delivery:
    """Plan a message that says that it is a test. Raises ``NotFound``, ``Conflict`` (switched off)."""
    found = get(conn, webhook)
    if found.off is not None:
        raise Conflict(f"it is off: {found.off}", field="webhook", value=webhook, cure="switch it on first")
    notice = Notice("test", "asked", f"test/{random_id()}", "", "", 1, "low", "", now)
    to = Recipient("webhook", webhook, webhook, found.organisation)
    one = planning.delivery(deliveries.next_number(conn), random_id(), to, notice, now)
    deliveries.save(conn, [one])
    return one
