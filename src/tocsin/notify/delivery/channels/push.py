"""Browser push: Web Push (RFC 8030), encrypted (RFC 8291), signed (RFC 8292)."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.notify.delivery.channels import Failed, Outcome, Parcel, Push, Sent
from tocsin.notify.delivery.channels.encrypt import encrypt
from tocsin.notify.delivery.channels.post import Poster
from tocsin.notify.delivery.channels.vapid import Vapid

#: a push service keeps a message so long for a browser that is off: later it would be no news
TTL_S = 4 * 3600
_URGENCY = {"critical": "high", "high": "high", "medium": "normal", "low": "low"}


class Pushes:
    def __init__(self, poster: Poster, vapid: Vapid) -> None:
        self._poster, self._vapid = poster, vapid

    async def send(self, parcel: Parcel) -> Outcome:
        to = parcel.to
        assert isinstance(to, Push)
        try:
            body = encrypt(payload(parcel), to.p256dh, to.auth)
        except Invalid as error:
            return Failed(error.message, final=True)
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_S),
            "Urgency": _URGENCY[parcel.severity],
            # a repeat takes the place of the first while the browser is off (RFC 8030, 5.4)
            "Topic": parcel.key,
            "Authorization": self._vapid.authorization(to.endpoint, parcel.now),
        }
        answer = await self._poster.post(to.endpoint, headers, body)
        if isinstance(answer, Failed):
            return answer
        said = f"the push service answered {answer.status}"
        if 200 <= answer.status < 300:
            return Sent(said)
        if answer.status in (404, 410):
            return Failed(f"{said}: this browser takes no more", gone=True)
        if answer.status == 429 or answer.status >= 500:
            return Failed(said, whole=True, after=answer.after)
        return Failed(said, final=True)

    async def close(self) -> None:
        await self._poster.close()


def payload(parcel: Parcel) -> bytes:
    """What the service worker shows (``console/worker/sw.js``; both sides are tested by ``push.json`` there).

    ``tag`` keeps a repeat from showing twice. ``link`` is a path: a notice leads nowhere but to us.
    """
    message = parcel.message
    shown = {
        "tag": parcel.key,
        "title": message.title,
        "body": message.body,
        "link": urlsplit(message.link).path or "/",
        "severity": parcel.severity,
    }
    return msgspec.json.encode(shown)
