"""The core context of NGSI-LD 1.8 (ETSI GS CIM 009 v1.8.1, Annex B), as a file beside this one."""

from __future__ import annotations

from importlib.resources import files

import msgspec

from tocsin.ngsi.jsonld.terms import Terms

CORE_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"
#: every version is a subset of the next; a document that names any of them means the one that is shipped
CORE_URLS = frozenset(
    f"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context{version}.jsonld"
    for version in ("", "-v1.3", "-v1.4", "-v1.5", "-v1.6", "-v1.7", "-v1.8")
)


def document() -> bytes:
    """The file as it is served."""
    return files(__package__).joinpath("core-context-v1.8.jsonld").read_bytes()


CORE: Terms = Terms({}, None).layered(msgspec.json.decode(document())["@context"]).sealed()
