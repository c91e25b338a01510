"""The city's OpenID provider, from the settings; what is unfit is refused at start, before anybody waits."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from tocsin.app.secret_files import secret_in
from tocsin.db import Database
from tocsin.identity.oidc import Provider, RoleTable, SingleSignOn
from tocsin.identity.sessions import Sessions
from tocsin.kernel.errors import Misconfigured
from tocsin.settings import Settings


def provider_of(state: Path, given: Settings) -> Provider | None:
    """None where none is set. Files are named from the state folder. Raises ``Misconfigured``."""
    settings = given.identity
    if not settings.oidc_issuer:
        return None
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        public_url=given.http.public_url,
        roles=RoleTable.parse(
            _text(state / settings.oidc_roles_file, "oidc_roles_file"), settings.oidc_roles_file
        ),
        name=settings.oidc_name,
        secret=(
            secret_in(state, settings.oidc_secret_file, field="identity.oidc_secret_file")
            if settings.oidc_secret_file
            else ""
        ),
        scopes=tuple(settings.oidc_scopes.split()),
        roles_claim=settings.oidc_roles_claim,
        name_claim=settings.oidc_name_claim,
        algorithms=tuple(settings.oidc_algorithms.split()),
    )


def sign_on(state: Path, settings: Settings, ops: Database, sessions: Sessions) -> SingleSignOn | None:
    provider = provider_of(state, settings)
    return None if provider is None else SingleSignOn(ops, sessions, provider)


def hosts_of(listening: frozenset[str], public_url: str) -> frozenset[str]:
    """Names under which the door may be called: the public one too, where names are minded at all."""
    public = urlsplit(public_url).hostname
    return listening | {public} if listening and public else listening


def _text(path: Path, setting: str) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            "this file cannot be read",
            field=f"identity.{setting}",
            value=path,
            cure="see docs/howto/sign-in.md for what stands in it",
        ) from error
