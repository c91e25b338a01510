"""Signing in at the city's own OpenID provider (OpenID Connect Core 1.0, code flow with PKCE)."""

from tocsin.identity.oidc.flow import Begun, SingleSignOn
from tocsin.identity.oidc.provider import Provider
from tocsin.identity.oidc.roles import RoleTable

__all__ = ["Begun", "Provider", "RoleTable", "SingleSignOn"]
