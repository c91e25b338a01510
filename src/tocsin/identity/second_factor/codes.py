"""The codes themselves: RFC 6238 with SHA-1, six digits, steps of 30 s (what every authenticator app knows).

Pure: no store, no clock. Secrets are base32 text of 160 bits (RFC 4226, section 4, requirement 6).
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
import segno

STEP_S = 30
DIGITS = 6
#: steps before and after now that are taken too: clocks of phones and a person's typing (RFC 6238, 5.2)
WINDOW = 1
RECOVERY_CODES = 8
#: as in passwords that are read aloud: no 0/O, 1/l/I
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """32 letters of base32: 160 bits."""
    return pyotp.random_base32(32)


def uri(secret: str, person: str, issuer: str) -> str:
    """What an authenticator app reads from a QR code: ``otpauth://totp/...``."""
    return pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=issuer)


def qr(text: str) -> list[str]:
    """``text`` as a QR code (ISO/IEC 18004, error correction M): rows of ``0`` and ``1``, no quiet zone."""
    return ["".join(str(module & 1) for module in row) for row in segno.make_qr(text, error="m").matrix]


def step_at(moment: datetime) -> int:
    """Whole steps since 1970. ``moment`` is aware."""
    return int(moment.timestamp()) // STEP_S


def step_of(secret: str, code: str, moment: datetime, after: int) -> int | None:
    """The step that ``code`` belongs to, within the window around ``moment``; None where it fits none.

    Steps up to ``after`` are used up: a code is good once (RFC 6238, 5.2), and so is any older one.
    """
    totp, now, found = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S), step_at(moment), None
    for step in range(now - WINDOW, now + WINDOW + 1):
        # every step is compared, so that the time taken does not tell which one came near
        fits = hmac.compare_digest(totp.generate_otp(step), code) if step >= 0 else False
        if fits and step > after:
            found = step
    return found


def typed(code: str) -> str:
    """As people copy it: blanks and hyphens fall away, letters are small, at most 64 are looked at."""
    return "".join(c for c in code[:64] if c not in " -\u2010\u2011\u2013").casefold()


def is_time_code(code: str) -> bool:
    """Whether what was ``typed`` is a code of the app; anything else is tried as a recovery code."""
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def new_recovery_codes() -> list[str]:
    """Eight of four groups of four: 80 bits each, which needs no slow hash."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    ]
