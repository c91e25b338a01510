"""The last look before a message leaves: is it still for them, and where does it go?

In the transaction that marks it as being sent: nobody is told of what was un-shared a moment ago.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.db import Connection
from tocsin.identity.sealing import Seal
from tocsin.notify.delivery.channels import Address, Hook, Mailbox, Push
from tocsin.notify.delivery.directory import Directory, asked, repository
from tocsin.notify.delivery.model import Delivery, Stands

CLOSED = "closed to them by now"
OVER = "over by now"
UNASKED = "no longer asked for"
#: the act of a message that carries a code for a new address
CODE = "code"


def objection(conn: Connection, one: Delivery, known: Directory, stands: Stands) -> str | None:
    """Why it must not go; None where nothing speaks against it."""
    notice = one.notice
    if notice.kind == "test":
        return None
    standing = stands(conn, notice.object_kind, notice.object) if notice.object_kind else None
    if standing is not None and notice.act in standing.lapsed:
        return OVER
    now = None if standing is None else standing.reach
    if one.channel == "webhook":
        webhook = next((hook for hook in known.webhooks if hook.id == one.target), None)
        if webhook is None:
            return UNASKED
        return None if known.hears(webhook, notice, now) else CLOSED
    wants = known.people.get(one.recipient)
    if wants is None or (notice.kind != "digest" and one.channel not in asked(wants, notice)):
        return UNASKED
    if known.place(one.recipient, notice, now) is None:
        return CLOSED
    if standing is None:
        return None
    answered = notice.kind == "escalation" and notice.object_kind == "alert" and standing.answered
    return OVER if standing.over or answered else None


def address(conn: Connection, one: Delivery, seal: Seal, now: datetime) -> Address | None:
    """As it is now; None where it was taken away. Raises ``Misconfigured``: a secret that does not open."""
    if one.channel == "webhook":
        hook = repository.webhook(conn, one.target)
        if hook is None or hook.off is not None:
            return None
        sealed = [hook.secret]
        if hook.former is not None and hook.until is not None and now < hook.until:
            sealed.append(hook.former)
        return Hook(hook.url, tuple(seal.open(secret, about(hook.id)) for secret in sealed))
    if one.channel == "push":
        browser = repository.browser(conn, one.target)
        return None if browser is None else Push(browser.endpoint, browser.p256dh, browser.auth)
    kept = repository.kept(conn, one.recipient)
    email = "" if kept is None else kept.preferences.email
    if kept is None or not email or (email != kept.confirmed and one.notice.act != CODE):
        return None
    return Mailbox(email)


def about(webhook: str) -> str:
    """What a webhook's secret is sealed for."""
    return f"webhook:{webhook}"
