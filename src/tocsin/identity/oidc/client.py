"""What is asked of the provider itself: its metadata, its keys, an id token for a code. All within seconds.

Discovery 1.0 section 4, Core 1.0 section 3.1, PKCE (RFC 7636). No redirect is followed, nothing is retried.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
import structlog
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url

from tocsin.identity.oidc import id_token
from tocsin.identity.oidc.provider import Provider, secure
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Misconfigured, Unavailable
from tocsin.kernel.text import clean

_log = structlog.get_logger(__name__)
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_MOST_BYTES = 512 * 1024


class ProviderClient:
    """``transport`` is given only by tests."""

    def __init__(
        self, provider: Provider, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._provider = provider
        self._clock = clock
        self._transport = transport
        self._metadata: Mapping[str, Any] | None = None
        self._keys: id_token.Keys | None = None

    async def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes. The provider is asked first: one that is down is told here, not there.

        Raises ``Unavailable`` naming the provider.
        """
        async with self._call() as http:
            self._metadata = await self._discover(http)
        client = OAuth2Client(
            session=None,
            client_id=self._provider.client_id,
            redirect_uri=self._provider.redirect_uri,
            scope=" ".join(self._provider.scopes),
            code_challenge_method="S256",
        )
        url, _state = client.create_authorization_url(
            self._metadata["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
        )
        return str(url)

    async def claims(self, code: str, *, nonce: str, verifier: str, issuer: str | None) -> dict[str, Any]:
        """What the provider says of who came back with ``code``; checked whole, nothing is believed before.

        ``issuer``: as the answer named it (RFC 9207). Where roles or name are not in the id token they are
        taken from the userinfo endpoint. Raises ``Unauthenticated``, ``Unavailable``.
        """
        async with self._call() as http:
            if self._metadata is None:
                self._metadata = await self._discover(http)
            metadata = self._metadata
            named = metadata.get("authorization_response_iss_parameter_supported") is True
            if (issuer is not None or named) and issuer != self._provider.issuer:
                raise id_token.refused(self._provider, "the answer came from another issuer")
            token = await self._token(http, metadata, code, verifier)
            said = await self._checked(http, metadata, token, nonce)
            wanted = (self._provider.roles_claim.partition(".")[0], self._provider.name_claim)
            endpoint, access = metadata.get("userinfo_endpoint"), token.get("access_token")
            if isinstance(endpoint, str) and isinstance(access, str) and not all(c in said for c in wanted):
                more = await self._userinfo(http, endpoint, access)
                if more.get("sub") != said["sub"]:
                    raise id_token.refused(self._provider, "userinfo speaks of somebody else")
                said = {**more, **said}
            return said

    async def _discover(self, http: httpx.AsyncClient) -> Mapping[str, Any]:
        found: dict[str, Any] = OpenIDProviderMetadata(await self._json(http, "GET", self._well_known()))
        if missing := [name for name in _NEEDED if not isinstance(found.get(name), str)]:
            raise self._down(f"its metadata lacks {missing[0]}")
        if found["issuer"] != self._provider.issuer:
            raise Misconfigured(
                f"{self._provider.title} calls itself by another name",
                field="identity.oidc_issuer",
                value=self._provider.issuer,
                cure=f"the provider says {clean(found['issuer'], 200)}: give that, letter by letter",
            )
        for name in _NEEDED[1:]:
            secure(found[name], f"{name} of {self._provider.title}")
        return found

    async def _token(
        self, http: httpx.AsyncClient, metadata: Mapping[str, Any], code: str, verifier: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._provider.redirect_uri,
            "code_verifier": verifier,
        }
        auth = self._auth(metadata)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        uri, headers, body = auth.prepare("POST", metadata["token_endpoint"], headers, urlencode(form))
        return await self._json(http, "POST", uri, headers=headers, content=body)

    def _auth(self, metadata: Mapping[str, Any]) -> ClientAuth:
        known, secret = self._provider.client_id, self._provider.secret
        if not secret:
            return ClientAuth(known, "", "none")
        offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in offered:
            # RFC 6749, 2.3.1: both are form-encoded first, which Authlib leaves to its caller
            return ClientAuth(quote_plus(known), quote_plus(secret), "client_secret_basic")
        return ClientAuth(known, secret, "client_secret_post")

    async def _checked(
        self, http: httpx.AsyncClient, metadata: Mapping[str, Any], token: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        raw = token.get("id_token")
        if not isinstance(raw, str):
            raise id_token.refused(self._provider, "no id token came")
        for fresh in (False, True):
            if self._keys is None or fresh:
                self._keys = id_token.keys(await self._json(http, "GET", metadata["jwks_uri"]))
            try:
                return id_token.verify(
                    raw,
                    self._keys,
                    self._provider,
                    nonce=nonce,
                    access_token=token.get("access_token"),
                    now=self._clock.now(),
                )
            except id_token.UnknownKey:
                # keys are rotated without notice: ask for them anew, once
                _log.info("provider_keys_asked_again", provider=self._provider.host)
        raise id_token.refused(self._provider, "the signature fits none of its keys")

    async def _userinfo(self, http: httpx.AsyncClient, endpoint: str, access: str) -> dict[str, Any]:
        secure(endpoint, f"userinfo_endpoint of {self._provider.title}")
        return await self._json(http, "GET", endpoint, headers={"Authorization": f"Bearer {access}"})

    async def _json(self, http: httpx.AsyncClient, method: str, url: str, **more: Any) -> dict[str, Any]:
        async with http.stream(method, url, **more) as answer:
            body = bytearray()
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise self._down("it sends more than an answer can be")
        said = _object(bytes(body))
        if answer.status_code >= 500 or (answer.is_success and said is None):
            raise self._down(f"it answered {answer.status_code}")
        if not answer.is_success:
            words = clean(str((said or {}).get("error", answer.status_code)), 80)
            _log.warning("provider_refused", provider=self._provider.host, url=url, answer=words)
            raise id_token.refused(self._provider, f"it answered {words}")
        return said or {}

    @asynccontextmanager
    async def _call(self) -> AsyncIterator[httpx.AsyncClient]:
        """A conversation with the provider: as long as its patience in all, whatever comes drop by drop."""
        try:
            async with (
                asyncio.timeout(self._provider.patience_s),
                httpx.AsyncClient(
                    transport=self._transport,
                    timeout=self._provider.patience_s,
                    headers={"Accept": "application/json"},
                ) as http,
            ):
                yield http
        except TimeoutError as error:
            raise self._down(f"no answer within {self._provider.patience_s:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            _log.warning("provider_unreachable", provider=self._provider.host, error=repr(error))
            raise self._down("it cannot be reached") from error

    def _well_known(self) -> str:
        return str(get_well_known_url(self._provider.issuer, external=True))

    def _down(self, why: str) -> Unavailable:
        return Unavailable(
            f"{self._provider.title} ({self._provider.host}) does not work now: {why}",
            cure="sign in with name and password if you have one here, or try again later",
        )


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
