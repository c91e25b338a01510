"""A provider as this installation knows it: values from the settings, checked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tocsin.identity.oidc.roles import RoleTable
from tocsin.kernel.errors import Misconfigured

CALLBACK = "/api/v1/session/oidc/callback"
#: signatures with a key pair; one with the client's secret (HS256) or none at all is never taken
ASYMMETRIC = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """``public_url``: under which address browsers reach this installation (https, or this machine).

    ``secret`` empty: a public client, PKCE alone. ``patience_s``: longest that it is waited for in all.
    Raises ``Misconfigured``.
    """

    issuer: str
    client_id: str
    public_url: str
    roles: RoleTable
    name: str = ""
    secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "profile")
    roles_claim: str = "groups"
    name_claim: str = "preferred_username"
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    patience_s: float = 8.0

    def __post_init__(self) -> None:
        secure(self.issuer, "identity.oidc_issuer")
        secure(self.public_url, "http.public_url")
        if not self.client_id:
            raise Misconfigured(
                "an OpenID provider knows its clients by an id",
                field="identity.oidc_client_id",
                cure="register this installation at the provider and give the id that it gets there",
            )
        if "openid" not in self.scopes:
            raise Misconfigured(
                "without the scope openid there is no sign-in",
                field="identity.oidc_scopes",
                value=" ".join(self.scopes),
                cure="openid profile",
            )
        if not self.algorithms or (unfit := [a for a in self.algorithms if a not in ASYMMETRIC]):
            raise Misconfigured(
                "not a signature that an id token may carry here",
                field="identity.oidc_algorithms",
                value=" ".join(unfit) if self.algorithms else "",
                cure=f"of {', '.join(ASYMMETRIC)}",
            )
        if not self.roles.rights:
            raise Misconfigured(
                "no claim gives any role: nobody could sign in",
                field="identity.oidc_roles_file",
                cure="see docs/howto/sign-in.md",
            )

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.host

    @property
    def host(self) -> str:
        return urlsplit(self.issuer).hostname or self.issuer

    @property
    def by(self) -> str:
        """Who gives and takes the roles, as the record names it."""
        return f"provider:{self.host}"

    @property
    def redirect_uri(self) -> str:
        return self.public_url.rstrip("/") + CALLBACK


def secure(url: str, field_name: str) -> str:
    """``url``, if nobody on the way can read it. Raises ``Misconfigured``."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return url
    raise Misconfigured(
        "this address must be https (plain http only on this machine)",
        field=field_name,
        value=url,
        cure="https://login.city.example",
    )
