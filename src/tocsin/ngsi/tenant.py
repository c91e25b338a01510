"""The tenant whose data an installation holds (clauses 4.14 and 6.3.14): it is one, with a name or without.

Several tenants are several installations: each has its own records, terms of deletion and people (ADR 24).
"""

from __future__ import annotations

import re

from tocsin.kernel.errors import Misconfigured
from tocsin.ngsi.problems import NoMultiTenantSupport, NonexistentTenant

HEADER = "NGSILD-Tenant"
_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,128}")


def stated_tenant(words: str) -> str:
    """The setting ``city.tenant``. Raises ``Misconfigured``."""
    if words and not _NAME.fullmatch(words):
        raise Misconfigured(
            "not the name of a tenant",
            field="city.tenant",
            value=words,
            cure="at most 128 letters, digits, _, - and .",
        )
    return words


def check(tenant: str, named: str | None) -> None:
    """``named``: by a call, None or empty: none. Raises ``NoMultiTenantSupport``, ``NonexistentTenant``."""
    if not named or named == tenant:
        return
    if tenant:
        raise NonexistentTenant(
            "another tenant's data is not here", field=HEADER, value=named, cure=f"this is {tenant}"
        )
    raise NoMultiTenantSupport(
        "this installation has no tenants", field=HEADER, value=named, cure="leave the header out"
    )


def headers(tenant: str) -> dict[str, str]:
    """Of answers to those who named it, and of notifications."""
    return {HEADER: tenant} if tenant else {}
