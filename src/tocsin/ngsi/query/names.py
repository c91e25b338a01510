"""Names as clauses 4.6.2 and 4.9 allow them, and the members of an entity that are no attributes."""

from __future__ import annotations

import re
from collections.abc import Callable

#: gives the IRI of a short name by the request's @context
Expand = Callable[[str], str]

#: a name, or prefix:name (clause 4.6.2); ``\w`` is letters, digits and underscore of all scripts
_NAME = re.compile(r"[^\W\d_]\w*(?::[^\W\d_]\w*)?")
#: an absolute IRI (RFC 3987): a scheme, then no character that no IRI has
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x1f<>\"{}|\\^`]+")

#: members that are moments, of an entity or of an attribute (clauses 4.8, 5.2.2)
MOMENTS = frozenset({"createdAt", "modifiedAt", "deletedAt", "observedAt", "expiresAt"})
#: members of an attribute's instance that are text or URIs, and no sub-attributes
PLAIN = frozenset({"unitCode", "datasetId", "objectType", "valueType", "lang"})
#: members of an entity that are asked for by other parameters than ``q``
ELSEWHERE = {"id": "id", "@id": "id", "type": "type", "@type": "type", "scope": "scopeQ"}


def is_name(text: str) -> bool:
    """Whether ``text`` is a name that an @context can expand."""
    return _NAME.fullmatch(text) is not None


def is_iri(text: str) -> bool:
    """Whether ``text`` is an absolute URI or IRI."""
    return _IRI.fullmatch(text) is not None
