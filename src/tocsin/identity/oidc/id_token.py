"""An id token checked as OpenID Connect Core 1.0, section 3.1.3.7 asks, with pinned algorithms.

Issuer, audience, authorised party, expiry, time of issue, nonce, access-token hash. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError, KeyParameterError
from joserfc.jwk import JWKRegistry, KeySet

from tocsin.identity.oidc.provider import Provider
from tocsin.kernel.errors import Unauthenticated

#: how far the provider's clock and ours may be apart
LEEWAY_S = 60
_SUBJECT_CHARS = 255

Keys = KeySet


class UnknownKey(Exception):
    """None of the keys at hand signed it: they may have been rotated since."""


def keys(jwks: Mapping[str, Any]) -> Keys:
    """Public keys for signatures; what is meant for something else, or not understood, is left out."""
    found = []
    listed = jwks.get("keys")
    for entry in listed if isinstance(listed, list) else ():
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("kty") == "oct":
            continue
        try:
            found.append(JWKRegistry.import_key(entry))
        except (JoseError, ValueError, TypeError):
            continue
    return KeySet(found)


def verify(
    raw: str, among: Keys, provider: Provider, *, nonce: str, access_token: object, now: datetime
) -> dict[str, Any]:
    """The claims. Raises ``UnknownKey``, and ``Unauthenticated`` saying what was wrong."""
    try:
        token = jwt.decode(raw, among, algorithms=list(provider.algorithms))
    except (InvalidKeyIdError, BadSignatureError, KeyParameterError) as error:
        raise UnknownKey from error
    except (JoseError, ValueError, TypeError) as error:
        raise refused(provider, f"its id token cannot be read ({_words(error)})") from error
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        },
        params={"nonce": nonce, "client_id": provider.client_id, "access_token": access_token},
    )
    try:
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
    except (JoseError, ValueError, TypeError) as error:
        raise refused(provider, f"its id token is not good for this sign-in ({_words(error)})") from error
    if not 0 < len(claims["sub"]) <= _SUBJECT_CHARS:
        raise refused(provider, "its id token names nobody")
    return dict(claims)


def refused(provider: Provider, why: str) -> Unauthenticated:
    """What came back from the provider is not believed."""
    return Unauthenticated(
        f"signing in with {provider.title} did not work: {why}",
        field="provider",
        value=provider.host,
        cure="begin again; if it happens again, show this to an administrator",
    )


def _words(error: Exception) -> str:
    return str(getattr(error, "claim", None) or getattr(error, "error", None) or type(error).__name__)
