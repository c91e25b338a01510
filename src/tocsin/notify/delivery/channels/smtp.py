"""E-mail by SMTP (RFC 5321): STARTTLS or TLS, a password where the server asks for one, plain text alone."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime, parseaddr
from typing import Literal

import aiosmtplib

from tocsin.kernel.text import clean
from tocsin.notify.delivery.channels import Failed, Mailbox, Outcome, Parcel, Sent

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class MailServer:
    """``sender``: the From line; ``timeout_s``: for one message from connecting to its end."""

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None
    timeout_s: float = 20.0


class Smtp:
    """One connection a message: nothing is held open, nothing is half sent."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def send(self, parcel: Parcel) -> Outcome:
        assert isinstance(parcel.to, Mailbox)
        try:
            async with asyncio.timeout(self._server.timeout_s):
                return await self._deliver(letter(parcel, self._server.sender), parcel.to.address)
        except TimeoutError:
            return self._down(f"no end within {self._server.timeout_s:g} s")
        except aiosmtplib.SMTPAuthenticationError as error:
            return self._down(f"it refuses our name or password ({error.code})")
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refused(error.recipients)
        except (
            aiosmtplib.SMTPSenderRefused,
            aiosmtplib.SMTPConnectResponseError,
            aiosmtplib.SMTPHeloError,
        ) as error:
            return self._down(f"it answered {error.code} {clean(error.message, 120)}")
        except aiosmtplib.SMTPResponseException as error:
            return self._answered(error.code, error.message)
        except ssl.SSLError as error:
            return self._down(f"its certificate or TLS does not hold ({error.reason or 'TLS'})")
        except (aiosmtplib.SMTPException, OSError) as error:
            return self._down(_cause(error))

    async def close(self) -> None:
        return None

    async def _deliver(self, mail: EmailMessage, to: str) -> Outcome:
        known = self._server
        client = aiosmtplib.SMTP(
            hostname=known.host,
            port=known.port,
            timeout=known.timeout_s,
            use_tls=known.security == "tls",
            # never opportunistic: a server that offers no TLS is refused, not trusted
            start_tls=known.security == "starttls",
            tls_context=known.tls if known.security != "none" else None,
            username=known.user or None,
            password=known.password or None,
        )
        try:
            await client.connect()
            _, said = await client.send_message(mail, sender=parseaddr(known.sender)[1], recipients=[to])
            with suppress(aiosmtplib.SMTPException, OSError):  # it is taken; a rough farewell changes nothing
                await client.quit()
            return Sent(clean(said, 120))
        finally:
            client.close()

    def _answered(self, code: int, words: str) -> Failed:
        said = f"it answered {code} {clean(words, 120)}"
        if code == 421 or code in (454, 530, 535, 538):
            return self._down(said)
        return Failed(said, final=500 <= code <= 599)

    def _down(self, words: str) -> Failed:
        return Failed(f"mail server {self._server.host}: {clean(words, 150)}", whole=True)


def _cause(error: BaseException) -> str:
    """The machine's own words for it, where it has some: "Connection refused"."""
    inner = error if isinstance(error, OSError) and error.errno else error.__cause__
    if isinstance(inner, OSError) and inner.errno and inner.errno > 0:
        return os.strerror(inner.errno)
    return str(error) or type(error).__name__


def _refused(each: Sequence[aiosmtplib.SMTPRecipientRefused]) -> Failed:
    code = each[0].code
    # the words often repeat the address: it is not for the ledger
    return Failed(f"the address was refused ({code})", final=500 <= code <= 599)


def letter(parcel: Parcel, sender: str) -> EmailMessage:
    """The same each time it is tried: its id is the idempotency key, which mail servers drop repeats by."""
    assert isinstance(parcel.to, Mailbox)
    name, address = parseaddr(sender)
    mail = EmailMessage(policy=POLICY)
    mail["From"] = f"{name} <{address}>" if name else address
    mail["To"] = parcel.to.address
    # one line whatever comes; the policy would refuse a line break, a refusal would lose the alert
    mail["Subject"] = clean(parcel.message.subject, 200)
    mail["Date"] = format_datetime(parcel.written_at)
    mail["Message-ID"] = f"<{parcel.key}@{address.rpartition('@')[2]}>"
    # RFC 3834: no out-of-office answers
    mail["Auto-Submitted"] = "auto-generated"
    if parcel.severity in ("critical", "high"):
        mail["Importance"] = "high"
    mail.set_content(parcel.message.text)
    return mail
