"""Signed webhooks: one POST of JSON to a system that an administrator registered."""

from __future__ import annotations

import msgspec

from tocsin.notify.delivery.channels import Failed, Hook, Outcome, Parcel, Sent
from tocsin.notify.delivery.channels.post import Answer, Poster
from tocsin.notify.delivery.channels.signing import HEADER, KEY_HEADER, sign

#: the receiver lives and may take the same later
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class Webhooks:
    def __init__(self, poster: Poster) -> None:
        self._poster = poster

    async def send(self, parcel: Parcel) -> Outcome:
        assert isinstance(parcel.to, Hook)
        body = msgspec.json.encode(parcel.facts)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Tocsin",
            KEY_HEADER: parcel.key,
            HEADER: sign(parcel.to.secrets, parcel.now, body),
        }
        answer = await self._poster.post(parcel.to.url, headers, body)
        return answer if isinstance(answer, Failed) else _outcome(answer)

    async def close(self) -> None:
        await self._poster.close()


def _outcome(answer: Answer) -> Outcome:
    said = f"it answered {answer.status}"
    if 200 <= answer.status < 300:
        return Sent(said)
    if answer.status == 410:
        return Failed(f"{said}: it wants nothing more", gone=True)
    if answer.status in _LATER:
        return Failed(said, whole=True, after=answer.after, answered=True)
    if 300 <= answer.status < 400:
        return Failed(f"{said}: a redirect is not followed", whole=True, answered=True)
    # a wrong path or a refused signature is mended there or here; until then nothing else would go through
    return Failed(said, whole=True, answered=True)
