"""Identifiers. Content ids are the same wherever and whenever they are computed."""

from __future__ import annotations

import re
import secrets
from hashlib import blake2b

_URN = re.compile(r"^urn:ngsi-ld:[A-Za-z][A-Za-z0-9]{0,63}:[A-Za-z0-9._~\-]{1,128}\Z")
LOCAL_ID = re.compile(r"^[A-Za-z0-9._~\-]{1,128}\Z")
TYPE_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9]{0,63}\Z")
ATTRIBUTE_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_.\-]{0,63}\Z")


def content_id(*parts: object) -> str:
    """16 hex digits over the parts, in order; ``None`` and the empty string differ."""
    digest = blake2b(digest_size=8)
    for part in parts:
        text = b"\x00" if part is None else str(part).encode()
        digest.update(len(text).to_bytes(4, "big") + text)
    return digest.hexdigest()


def random_id() -> str:
    """16 hex digits nobody can guess from another."""
    return secrets.token_hex(8)


def entity_urn(type_name: str, local_id: str) -> str:
    """NGSI-LD URN of an entity; an id that is one already is kept."""
    return local_id if local_id.startswith("urn:ngsi-ld:") else f"urn:ngsi-ld:{type_name}:{local_id}"


def is_urn(text: str) -> bool:
    return bool(_URN.match(text))
