"""What events of public warnings are worth telling, to whom, and what is no news by now. Pure.

Before the public has it, a warning is its own room's affair. From then on every room of the city is told, and
at the same severity of its update, its cancellation and its end: who heard of it must hear that it is over.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from tocsin.cap.model import Severity as CapSeverity
from tocsin.identity.policy import Relation
from tocsin.kernel.events import Severity
from tocsin.kernel.sharing import Level, Sharing
from tocsin.kernel.text import clean
from tocsin.notify.delivery.model import Notice, Reach, Standing
from tocsin.notify.delivery.notices import HEADLINE_CHARS
from tocsin.notify.warnings.machine import APPROVERS
from tocsin.notify.warnings.model import OVER, Kind, PublicWarning, WarningEvent, WarningState

#: CAP 1.2, 3.2.2 severity, in our words
_GRAVITY: dict[CapSeverity, Severity] = {
    "Extreme": "critical",
    "Severe": "high",
    "Moderate": "medium",
    "Minor": "low",
    "Unknown": "low",
}
_ISSUED: dict[Kind, str] = {"Alert": "issued", "Update": "updated", "Cancel": "cancelled"}
#: no news any more once the warning is over
_IN_FORCE = frozenset({"issued", "updated", "expiring"})


def of_warning(event: WarningEvent) -> Iterator[Notice]:
    """To approvers that one waits; to its authors that it was refused; to every room what the public gets.

    Nothing of an exercise, whatever realm asks. What an update or a cancellation makes of the one before it,
    its own message tells.
    """
    warning = event.warning
    if warning.status != "Actual":
        return
    match event.act:
        case "submitted":
            yield _to_approvers(event)
        case "refused":
            yield from (_to(author, event) for author in warning.authors)
        case "issued":
            yield _notice(event, _ISSUED[warning.kind], Reach(_public(warning), Relation.SEES))
        case "expiring" | "expired" if warning.kind != "Cancel":
            yield _notice(event, event.act, Reach(_public(warning), Relation.SEES))


def standing(warning: PublicWarning) -> Standing:
    """How it stands now: whom it is open to, and which acts of it are told to nobody any more."""
    lapsed: frozenset[str] = frozenset()
    if warning.state is not WarningState.SUBMITTED:
        lapsed |= {"submitted"}
    if warning.state is not WarningState.REFUSED:
        lapsed |= {"refused"}
    if warning.state in OVER:
        lapsed |= _IN_FORCE
    reach = warning.sharing if warning.sent_at is None else _public(warning)
    return Standing((reach,), over=warning.state is WarningState.WITHDRAWN, lapsed=lapsed)


def _to_approvers(event: WarningEvent) -> Notice:
    warning, by = event.warning, event.by
    made = _notice(event, "submitted", Reach(warning.sharing, Relation.OWNS))
    roles = tuple(sorted(APPROVERS))
    # a system that relays what it hears must not hear of what nobody has approved
    but = (*warning.authors, by)
    return replace(made, roles=roles, person=warning.approver, but=but, people=True)


def _to(author: str, event: WarningEvent) -> Notice:
    made = _notice(event, "refused", Reach(event.warning.sharing, Relation.SEES))
    return replace(made, person=author)


def _notice(event: WarningEvent, act: str, reach: Reach) -> Notice:
    warning = event.warning
    told = tuple(
        # pt-BR serves who reads pt
        (text.language.lower().partition("-")[0], clean(text.headline, HEADLINE_CHARS))
        for text in warning.content.texts
    )
    return Notice(
        kind="warning",
        act=act,
        # submitted again after a refusal, it waits again
        topic=f"warning/{warning.id}/{act}/{warning.version}",
        object_kind="warning",
        object=warning.id,
        version=warning.version,
        severity=_GRAVITY[warning.content.severity],
        headline=told[0][1],
        at=event.at,
        reach=(reach,),
        headlines=told,
    )


def _public(warning: PublicWarning) -> Sharing:
    """Of the city, whoever owns it."""
    return Sharing(warning.sharing.room, Level.CITY)
