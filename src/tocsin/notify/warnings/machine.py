"""What people may do with a warning, and what time does to it. Pure: every refusal is a typed error."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.cap.times import write_time
from tocsin.cap.writing import references
from tocsin.kernel.decisions import Mark
from tocsin.kernel.errors import Conflict, Forbidden, Invalid
from tocsin.kernel.sharing import Sharing
from tocsin.kernel.text import clean
from tocsin.notify.warnings.fitness import require_fit
from tocsin.notify.warnings.issuer import Issuer
from tocsin.notify.warnings.model import (
    OPEN,
    Act,
    Kind,
    PublicWarning,
    WarningContent,
    WarningState,
    WarningStep,
)
from tocsin.notify.warnings.words import tidy

#: who may approve, in the room that owns the warning
APPROVERS = frozenset({"decision maker", "supervisor"})
#: so long before its end it is said that it ends; never more than half of its time
SOON = timedelta(minutes=10)
STAGE = "warnings"
_REASON = 1000


def warning_id(number: int) -> str:
    return f"W-{number:04d}"


def compose(
    number: int,
    content: WarningContent,
    by: str,
    at: datetime,
    *,
    issuer: Issuer,
    sharing: Sharing,
    incident: str | None = None,
) -> PublicWarning:
    """A new draft. Raises ``Invalid``."""
    made = PublicWarning(
        id=warning_id(number),
        version=0,
        kind="Alert",
        state=WarningState.DRAFT,
        status=issuer.status,
        content=tidy(content),
        authors=(by,),
        created_at=at,
        updated_at=at,
        incident=incident,
        sharing=sharing,
    )
    return _step(made, "composed", by, at, "composed")


def follow(
    number: int, warning: PublicWarning, kind: Kind, content: WarningContent, by: str, at: datetime
) -> PublicWarning:
    """The draft of an update or cancellation, which names all messages of its line (3.2.1 references).

    Raises ``Conflict`` for one that is not in force: what the public no longer has cannot be changed.
    """
    if warning.state is not WarningState.ISSUED or warning.kind == "Cancel" or warning.reference is None:
        raise Conflict(
            f"{warning.id} is {warning.state.value}: it is not before the public",
            field="state",
            value=warning.state.value,
            cure="update or cancel the one in force, or compose a new warning",
        )
    _require_not_expired(warning, at)
    made = PublicWarning(
        id=warning_id(number),
        version=0,
        kind=kind,
        state=WarningState.DRAFT,
        status=warning.status,
        content=tidy(content),
        authors=(by,),
        created_at=at,
        updated_at=at,
        incident=warning.incident,
        of=warning.id,
        references=(*warning.references, warning.reference),
        sharing=warning.sharing,
    )
    verb = "updates" if kind == "Update" else "cancels"
    return _step(made, "composed", by, at, f"{verb} {warning.id}")


def change(warning: PublicWarning, content: WarningContent, by: str, at: datetime) -> PublicWarning:
    """New words; whoever writes is an author from now on. A refused one is a draft again."""
    if warning.state not in (WarningState.DRAFT, WarningState.REFUSED):
        raise _not_in(
            warning, "take it back first" if warning.state is WarningState.SUBMITTED else "update it"
        )
    authors = warning.authors if by in warning.authors else (*warning.authors, by)
    changed = replace(
        warning, content=tidy(content), authors=authors, state=WarningState.DRAFT, submitted=None
    )
    return _step(changed, "changed", by, at, "changed")


def submit(
    warning: PublicWarning, approver: str | None, by: str, at: datetime, *, issuer: Issuer
) -> PublicWarning:
    """Asks for the second person: ``approver`` by name, or whoever may. Asking another is the same again.

    Raises ``Invalid`` for what is not fit for the public or for an author as approver, ``Conflict``.
    """
    if warning.state not in OPEN:
        raise _not_in(warning, "compose a new one")
    if approver is not None and approver in (*warning.authors, by):
        raise Invalid(
            "the author does not approve",
            field="approver",
            value=approver,
            cure="name a second person: a decision maker or supervisor of your room",
        )
    require_fit(warning, issuer, at)
    asked = f"asked {approver}" if approver else "asked whoever may approve"
    moved = replace(
        warning, state=WarningState.SUBMITTED, approver=approver, submitted=Mark(by, at), refused=None
    )
    return _step(moved, "submitted", by, at, asked)


def take_back(warning: PublicWarning, by: str, at: datetime) -> PublicWarning:
    """A submitted one is a draft again, to be changed."""
    if warning.state is not WarningState.SUBMITTED:
        raise _not_in(warning, "change it as it is")
    return _step(
        replace(warning, state=WarningState.DRAFT, submitted=None, approver=None),
        "changed",
        by,
        at,
        "taken back",
    )


def require_approver(warning: PublicWarning, by: str, roles: Collection[str]) -> None:
    """Who decides: not an author, in an approving role in the owning room, the one asked if one was.

    Raises ``Forbidden``.
    """
    if by in warning.authors or (warning.submitted is not None and by == warning.submitted.by):
        raise Forbidden(
            "the author never approves: a second person reads it first",
            field="approver",
            value=by,
            cure="ask a decision maker or supervisor of your room",
        )
    if not APPROVERS & set(roles):
        raise Forbidden(
            "a warning is approved by a decision maker or supervisor of the room that owns it",
            field="role",
            value=", ".join(roles) or "none",
            cure="ask one of them",
        )
    if warning.approver is not None and warning.approver != by:
        raise Forbidden(
            f"{warning.approver} was asked to approve it",
            field="approver",
            value=by,
            cure="have the author submit it to you",
        )


def approve(
    warning: PublicWarning, by: str, at: datetime, roles: Collection[str], *, issuer: Issuer
) -> PublicWarning:
    """Issued: from this moment it is the public's. Raises ``Forbidden``, ``Conflict``, ``Invalid``."""
    _require_submitted(warning)
    require_approver(warning, by, roles)
    if warning.status != issuer.status:
        raise Conflict(
            f"{warning.id} was written as {warning.status}; here it would be {issuer.status}",
            field="status",
            value=warning.status,
            cure="compose it anew",
        )
    require_fit(warning, issuer, at)
    sent = at.replace(microsecond=0)
    identifier = issuer.identifier(warning, at)
    moved = replace(
        warning,
        state=WarningState.ISSUED,
        status=issuer.status,
        approved=Mark(by, at),
        identifier=identifier,
        reference=references([issuer.message(warning, at, identifier).reference]),
        sender=issuer.name,
        sent_at=sent,
        expires_at=sent + timedelta(minutes=warning.content.lasts_min),
    )
    return _step(moved, "issued", by, at, f"approved by {by}")


def refuse(
    warning: PublicWarning, by: str, at: datetime, roles: Collection[str], reason: str
) -> PublicWarning:
    """Back to its authors with the reason. Raises ``Forbidden``, ``Conflict``, ``Invalid``."""
    _require_submitted(warning)
    require_approver(warning, by, roles)
    why = clean(reason, _REASON)
    if not why:
        raise Invalid("a reason is needed", field="reason", cure="say what must change")
    return _step(
        replace(warning, state=WarningState.REFUSED, refused=Mark(by, at, why)), "refused", by, at, why
    )


def withdraw(warning: PublicWarning, by: str, at: datetime) -> PublicWarning:
    """A draft that nobody needs any more. What is issued is cancelled, not withdrawn."""
    if warning.state not in OPEN:
        raise _not_in(warning, "cancel it, so that the public hears of it")
    return _step(replace(warning, state=WarningState.WITHDRAWN), "withdrawn", by, at, "withdrawn")


def ended_by(warning: PublicWarning, later: PublicWarning, at: datetime) -> PublicWarning:
    """What an update or cancellation, now issued, makes of the one before. Raises ``Conflict``."""
    if warning.state is not WarningState.ISSUED:
        raise Conflict(
            f"{warning.id} is {warning.state.value} meanwhile",
            field="state",
            value=warning.state.value,
            cure="withdraw this one and look at what is in force",
        )
    _require_not_expired(warning, at)
    act: Act = "updated" if later.kind == "Update" else "cancelled"
    state = WarningState.UPDATED if later.kind == "Update" else WarningState.CANCELLED
    by = later.approved.by if later.approved else STAGE
    return _step(replace(warning, state=state, followed_by=later.id), act, by, at, f"{act} by {later.id}")


def passes(warning: PublicWarning, now: datetime) -> PublicWarning | None:
    """What time alone makes of an issued one; None for nothing."""
    if warning.state is not WarningState.ISSUED or warning.expires_at is None or warning.sent_at is None:
        return None
    if now >= warning.expires_at:
        return _step(replace(warning, state=WarningState.EXPIRED), "expired", STAGE, now, "expired")
    if warning.expiring or warning.kind == "Cancel":
        return None
    if now >= warning.expires_at - min(SOON, (warning.expires_at - warning.sent_at) / 2):
        left = max(1, round((warning.expires_at - now) / timedelta(minutes=1)))
        return _step(replace(warning, expiring=True), "expiring", STAGE, now, f"expires in {left} min")
    return None


def require_version(warning: PublicWarning, version: int | None) -> None:
    """Raises ``Conflict`` where it has moved on since the caller looked."""
    if version is not None and version != warning.version:
        last = warning.steps[-1]
        raise Conflict(
            f"{warning.id} was {last.act} by {last.by} since you looked",
            field="version",
            value=version,
            cure="read it again, then decide",
        )


def _step(warning: PublicWarning, act: Act, by: str, at: datetime, words: str) -> PublicWarning:
    steps = (*warning.steps, WarningStep(act, by, at, words))
    return replace(warning, version=warning.version + 1, updated_at=at, steps=steps)


def _require_submitted(warning: PublicWarning) -> None:
    if warning.state is not WarningState.SUBMITTED:
        raise _not_in(warning, "nothing is left to decide")


def _require_not_expired(warning: PublicWarning, at: datetime) -> None:
    if warning.expires_at is not None and warning.expires_at <= at:
        raise Conflict(
            f"{warning.id} has expired",
            field="expires_at",
            value=write_time(warning.expires_at),
            cure="compose a new warning",
        )


def _not_in(warning: PublicWarning, cure: str) -> Conflict:
    last = warning.steps[-1]
    return Conflict(
        f"{warning.id} is {warning.state.value}: {last.act} by {last.by}",
        field="state",
        value=warning.state.value,
        cure=cure,
    )
