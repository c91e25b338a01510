"""A syslog message as a reading of the ``Device`` that logged it. Pure.

The text of a log names people and their machines: what looks like an address of a network or of mail is left
out, and so is the structured data.
"""

from __future__ import annotations

import re

from tocsin.kernel.ids import content_id
from tocsin.kernel.text import clean
from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule, parse_time

_HEAD = b"heard-at: "
_5424 = re.compile(r"<(\d{1,3})>1 (\S{1,64}) (\S{1,255}) (\S{1,64}) (\S{1,128}) (\S{1,64}) (.*)", re.S)
#: RFC 3164: a time without year and zone, which are not guessed at
_3164 = re.compile(
    r"<(\d{1,3})>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (\S{1,255}) "
    r"(?:([^\s:\[]{1,48})(?:\[\d{1,9}\])?: )?(.*)",
    re.S,
)
_SEVERITY = ("emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug")
_FACILITY = (
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"),
    *("ntp", "audit", "console", "cron2", *(f"local{n}" for n in range(8))),
)
_ADDRESS = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{1,4}(?![\w:])"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
)
_USER = re.compile(
    r"(?i)\b(user(?:name)?|for|acct|account|ruser|login)([ =:\"']{1,3})(?!user\b|from\b|invalid\b)"
    r"[^\s\"';,]{1,64}"
)


def read(payload: bytes) -> Reading:
    """Raises ``Refused``."""
    head, _, raw = payload.partition(b"\n")
    if not head.startswith(_HEAD):
        raise Refused(Rule.NOT_MAPPED, "no message that was heard", field="heard-at", cure="send it again")
    heard = parse_time(head[len(_HEAD) :].decode("ascii", "replace"), "heard-at")
    text = raw.decode("utf-8", "replace")
    if found := _5424.fullmatch(text.rstrip("\r\n\0")):
        priority, stamp, host, application, _, event, rest = found.groups()
        at = heard if stamp == "-" else parse_time(stamp, "TIMESTAMP")
        message = _after_data(rest)
    elif found := _3164.fullmatch(text.rstrip("\r\n\0")):
        priority, host, application, message = found.groups()
        at, event = heard, "-"
    else:
        raise Refused(
            Rule.NOT_MAPPED, "neither RFC 5424 nor RFC 3164", field="message", value=clean(text, 60),
            cure="have the sender write RFC 5424",
        )  # fmt: skip
    if int(priority) > 191:
        raise Refused(Rule.NOT_MAPPED, "no such priority", field="PRI", value=priority, cure="0 to 191")
    stated = {
        "logSeverity": _SEVERITY[int(priority) % 8],
        "logFacility": _FACILITY[int(priority) // 8],
        "logApplication": clean(application or "", 60).strip("-"),
        "logEvent": clean(event, 60).strip("-"),
        "logMessage": _without_people(clean(message.removeprefix("\ufeff"), 900)),
    }
    name = "" if host == "-" else host
    return Reading(
        id=local_id(name or "unknown"),
        type="Device",
        observed_at=at,
        attributes={key: value for key, value in stated.items() if value},
        message_id=content_id(raw),
    )


def _after_data(rest: str) -> str:
    """What follows the structured data (6.3). Raises ``Refused`` where that does not end."""
    if rest.startswith("-"):
        return rest[1:].lstrip(" ")
    at = 0
    while rest[at : at + 1] == "[":
        quoted = False
        at += 1
        while at < len(rest):
            mark = rest[at]
            if quoted and mark == "\\":
                at += 1
            elif mark == '"':
                quoted = not quoted
            elif mark == "]" and not quoted:
                break
            at += 1
        at += 1
    if at == 0 or at > len(rest):
        raise Refused(
            Rule.NOT_MAPPED, "the structured data do not end", field="STRUCTURED-DATA", value=clean(rest, 60),
            cure="RFC 5424, 6.3",
        )  # fmt: skip
    return rest[at:].lstrip(" ")


def _without_people(message: str) -> str:
    return _USER.sub(r"\1\2…", _ADDRESS.sub("…", message))
