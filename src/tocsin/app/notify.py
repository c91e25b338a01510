"""Messages to people and systems, from the settings. Wired in the live realm and in no other."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from random import SystemRandom
from typing import get_args

from tocsin.alerts import service as alerts
from tocsin.app.hosting import Place
from tocsin.app.secret_files import secret_in
from tocsin.db import Connection, Database
from tocsin.identity.sealing import Seal
from tocsin.incidents import service as incidents
from tocsin.kernel.clock import Clock
from tocsin.kernel.decisions import AlertState, TaskState, sharing_of
from tocsin.kernel.errors import Misconfigured, NotFound
from tocsin.kernel.languages import of_city
from tocsin.kernel.ports import Bus, Stage
from tocsin.notify.delivery import warned
from tocsin.notify.delivery.channels import Channel as Way
from tocsin.notify.delivery.channels.post import Poster
from tocsin.notify.delivery.channels.push import Pushes
from tocsin.notify.delivery.channels.smtp import MailServer, Security, Smtp
from tocsin.notify.delivery.channels.vapid import Vapid
from tocsin.notify.delivery.channels.webhook import Webhooks
from tocsin.notify.delivery.desk import NotifyDesk
from tocsin.notify.delivery.escalation import city_escalations
from tocsin.notify.delivery.model import Channel, Standing
from tocsin.notify.delivery.planning import Terms
from tocsin.notify.delivery.sender import Delivering
from tocsin.notify.delivery.stage import Notify
from tocsin.notify.delivery.steps import Desk
from tocsin.notify.warnings import service as warnings
from tocsin.settings import Notify as Wanted
from tocsin.settings import Settings

_CLOSED = (AlertState.REJECTED, AlertState.CLOSED)
_RUNNING = (TaskState.OPEN, TaskState.IN_PROGRESS)


def notifying(place: Place, bus: Bus, ops: Database, clock: Clock) -> list[Stage]:
    """The stages that plan and send; none outside the live realm, whatever the settings say."""
    if not place.live:
        return []
    wanted = place.settings.notify
    desk = Desk(stands, Seal(place.state), timedelta(hours=wanted.give_up_h), SystemRandom())
    sender = Delivering(
        ops,
        clock,
        channels_of(place),
        desk,
        base_url=base_url(place.settings),
        keep=timedelta(days=wanted.keep_days),
    )
    planner = Notify(
        bus,
        ops,
        clock,
        rules=city_escalations(place.state),
        stands=stands,
        terms=terms_of(place.settings),
        wake=sender.wake,
    )
    return [planner, sender]


def desk_of(place: Place) -> NotifyDesk | None:
    """For the door; None where nothing is sent."""
    if not place.live:
        return None
    wanted, wired = place.settings.notify, _wired(place.settings.notify)
    return NotifyDesk(
        Seal(place.state),
        wired,
        push_key=Vapid.of(place.state, wanted.push_contact).public if "push" in wired else "",
        domains=frozenset(wanted.email_domains.lower().split()),
        allowed=_hosts(wanted),
        terms=terms_of(place.settings),
    )


def terms_of(settings: Settings) -> Terms:
    """Raises ``Misconfigured``."""
    wanted, city = settings.notify, of_city(settings.city.languages)[0]
    return Terms(wanted.burst, timedelta(minutes=wanted.window_min), frozenset(_wired(wanted)), city)


def channels_of(place: Place) -> Mapping[str, Way]:
    """Raises ``Misconfigured``: settings that cannot work, or a realm that must never send."""
    if not place.live:
        raise Misconfigured(
            "only the live realm sends messages", field="realm", value=place.realm, cure="rehearse without"
        )
    wanted, state = place.settings.notify, place.state
    wired = _wired(wanted)
    timeout_s = wanted.webhook_timeout_s
    made: dict[str, Way] = {"webhook": Webhooks(Poster(_hosts(wanted), timeout_s=timeout_s))}
    if "email" in wired:
        made["email"] = Smtp(mail_server(state, wanted))
    if "push" in wired:
        # a browser's endpoint is given by whoever signs in: no inner host is ever allowed there
        made["push"] = Pushes(Poster(timeout_s=timeout_s), Vapid.of(state, wanted.push_contact))
    return made


def mail_server(state: Path, wanted: Wanted) -> MailServer:
    """Raises ``Misconfigured``."""
    ways = get_args(Security)
    if wanted.smtp_security not in ways:
        raise _wrong("smtp_security", wanted.smtp_security, f"one of {', '.join(ways)}")
    sender = parseaddr(wanted.smtp_from)[1]
    if "@" not in sender or not sender.isascii():
        raise _wrong("smtp_from", wanted.smtp_from, "as in Tocsin <tocsin@city.example>")
    local = wanted.smtp_host in ("localhost", "127.0.0.1", "::1")
    if wanted.smtp_user and wanted.smtp_security == "none" and not local:
        raise _wrong("smtp_security", "none", "a password does not travel in the open: starttls or tls")
    return MailServer(
        host=wanted.smtp_host,
        port=wanted.smtp_port,
        sender=wanted.smtp_from,
        security=wanted.smtp_security,  # type: ignore[arg-type]
        user=wanted.smtp_user,
        password=secret_in(state, wanted.smtp_password_file, field="notify.smtp_password_file")
        if wanted.smtp_user
        else "",
        tls=_trust(state, wanted.smtp_ca_file),
        timeout_s=wanted.smtp_timeout_s,
    )


def base_url(settings: Settings) -> str:
    """Where links lead: as people reach it, else where the door listens."""
    return settings.http.public_url or f"http://{settings.http.host}:{settings.http.port}"


def stands(conn: Connection, kind: str, thing: str) -> Standing | None:
    """How an alert, an incident, a task (``INC-001/<task>``) or a warning stands in this transaction."""
    try:
        match kind:
            case "alert":
                alert = alerts.get(conn, thing)
                answered = alert.state is not AlertState.NEW
                return Standing((alert.sharing,), alert.state in _CLOSED, answered)
            case "incident":
                incident = incidents.get(conn, thing)
                return Standing((incident.sharing,), incident.state != "open")
            case "task":
                return _task(conn, thing)
            case "warning":
                return warned.standing(warnings.get(conn, thing))
    except NotFound:
        return Standing((), over=True)
    return None


def _task(conn: Connection, thing: str) -> Standing:
    number, _, name = thing.partition("/")
    incident = incidents.get(conn, number)
    task = next((task for task in incident.tasks if task.id == name), None)
    if task is None:
        return Standing((), over=True)
    over = incident.state != "open" or task.state not in _RUNNING
    return Standing((incident.sharing, sharing_of(incident, task)), over)


def _wired(wanted: Wanted) -> tuple[Channel, ...]:
    names: list[Channel] = ["webhook"]
    if wanted.smtp_host:
        names.append("email")
    if wanted.push_contact:
        if not wanted.push_contact.startswith(("mailto:", "https:")):
            raise _wrong("push_contact", wanted.push_contact, "as in mailto:tocsin@city.example")
        names.append("push")
    return tuple(names)


def _hosts(wanted: Wanted) -> frozenset[str]:
    return frozenset(wanted.webhook_hosts.lower().split())


def _trust(state: Path, name: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(state / name) if name else None)
    except (OSError, ssl.SSLError) as error:
        raise _wrong("smtp_ca_file", name, "a certificate in PEM, named from the state folder") from error


def _wrong(name: str, value: object, cure: str) -> Misconfigured:
    return Misconfigured("messages cannot be sent so", field=f"notify.{name}", value=value, cure=cure)
