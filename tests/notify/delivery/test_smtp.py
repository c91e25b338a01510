"""E-mail against a real mail server on this machine: TLS, passwords, refusals, headers."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.notify.delivery.city import T0
from tests.notify.delivery.receivers import Mails, authority, password, smtp

from tocsin.notify.delivery.channels import Failed, Mailbox, Outcome, Parcel, Sent
from tocsin.notify.delivery.channels.smtp import MailServer, Smtp, letter
from tocsin.notify.delivery.words import Message

FROM = "Tocsin <tocsin@city.example>"


def parcel(subject: str = "Weapon seen", text: str = "Weapon seen\n") -> Parcel:
    return Parcel(
        "0123456789abcdef", Mailbox("ann@city.example"), Message(subject, text, ""), {}, "critical", T0, T0
    )


async def send(server: MailServer) -> Outcome:
    return await Smtp(server).send(parcel())


def content(handler: Mails) -> EmailMessage:
    raw = handler.mails[-1].content
    assert isinstance(raw, bytes)
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


async def test_starttls_and_password(tmp_path: Path) -> None:
    own, handler = authority(tmp_path, "127.0.0.1"), Mails()
    check = password("tocsin", "right horse")
    with smtp(
        handler, tls_context=own.server, require_starttls=True, auth_required=True, authenticator=check
    ) as port:
        server = MailServer("127.0.0.1", port, FROM, "starttls", "tocsin", "right horse", own.trust(), 5)
        assert isinstance(await send(server), Sent)
        assert handler.sessions[0].ssl is not None
        wrong = await send(replace(server, password="wrong"))
        assert isinstance(wrong, Failed)
        assert wrong.whole
        assert "refuses our name or password (535)" in wrong.words
    mail = content(handler)
    assert mail["from"] == FROM
    assert mail["to"] == "ann@city.example"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["importance"] == "high"
    assert mail["message-id"] == "<0123456789abcdef@city.example>"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content() == "Weapon seen\r\n"


async def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    own, handler = authority(tmp_path, "127.0.0.1"), Mails()
    with smtp(handler, ssl_context=own.server) as port:
        server = MailServer("127.0.0.1", port, FROM, "tls", tls=own.trust(), timeout_s=5)
        assert isinstance(await send(server), Sent)


@pytest.mark.parametrize("names", [("mail.elsewhere.example",), ("127.0.0.1",)])
async def test_a_certificate_of_another_name_or_authority_is_refused(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    own, handler = authority(tmp_path, *names), Mails()
    other = tmp_path / "other"
    other.mkdir()
    trusted = own.trust() if names[0] != "127.0.0.1" else authority(other, "127.0.0.1").trust()
    with smtp(handler, tls_context=own.server) as port:
        outcome = await send(MailServer("127.0.0.1", port, FROM, "starttls", tls=trusted, timeout_s=5))
    assert isinstance(outcome, Failed)
    assert outcome.whole
    assert handler.mails == []


async def test_a_server_that_offers_no_tls_gets_neither_mail_nor_password() -> None:
    handler = Mails()
    with smtp(handler) as port:
        server = MailServer("127.0.0.1", port, FROM, "starttls", "tocsin", "secret", timeout_s=5)
        outcome = await send(server)
    assert isinstance(outcome, Failed)
    assert outcome.whole
    assert handler.mails == []
    assert "secret" not in repr(server) + outcome.words


@pytest.mark.parametrize(
    ("rcpt", "data", "final", "whole"),
    [
        ("550 no such user <{}>", "", True, False),
        ("451 come later <{}>", "", False, False),
        ("", "554 we do not want this", True, False),
        ("", "452 disk full", False, False),
        ("", "421 closing", False, True),
    ],
)
async def test_what_refusals_mean(rcpt: str, data: str, final: bool, whole: bool) -> None:
    with smtp(Mails(refuse_rcpt=rcpt, refuse_data=data)) as port:
        outcome = await send(MailServer("127.0.0.1", port, FROM, "none", timeout_s=5))
    assert isinstance(outcome, Failed)
    assert (outcome.final, outcome.whole) == (final, whole)
    assert "ann" not in outcome.words


async def test_nobody_listens() -> None:
    with smtp(Mails()) as port:
        pass
    outcome = await send(MailServer("127.0.0.1", port, FROM, "none", timeout_s=5))
    assert isinstance(outcome, Failed)
    assert outcome.whole
    assert outcome.words == "mail server 127.0.0.1: Connection refused"


@given(st.text(max_size=400), st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_text_adds_a_header(subject: str, text: str) -> None:
    # lone surrogates cannot be sent by anybody; the events that carry texts are UTF-8
    text = text.encode(errors="replace").decode()
    raw = letter(parcel(subject, text), FROM).as_bytes()
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert sorted(found.keys()) == sorted(
        (
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "Importance",
            "Content-Type",
            "Content-Transfer-Encoding",
            "MIME-Version",
        )
    )
    assert found["to"] == "ann@city.example"


def test_the_same_letter_each_time() -> None:
    assert letter(parcel(), FROM).as_bytes() == letter(parcel(), FROM).as_bytes()
