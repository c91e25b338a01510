"""The part of JSON-LD 1.1 that NGSI-LD needs: terms and their IRIs under a ``@context``."""

from tocsin.ngsi.jsonld.core import CORE, CORE_URL
from tocsin.ngsi.jsonld.terms import Terms

__all__ = ["CORE", "CORE_URL", "Terms"]
