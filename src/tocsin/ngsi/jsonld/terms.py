"""An active context: what a term of a document stands for, and which term an IRI is shown as.

JSON-LD 1.1 (W3C), section 5.2 and 6.2, as far as names go: terms, compact IRIs, ``@vocab``, aliases. Type
coercion, containers and contexts scoped to a term have no bearing on NGSI-LD members and are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.ngsi.problems import BadRequestData

NGSI_LD = "https://uri.etsi.org/ngsi-ld/"
DEFAULT = NGSI_LD + "default-context/"
#: a scheme (RFC 3986, section 3.1) and something behind it
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.")
#: a term whose IRI ends so may stand before the colon of a compact IRI (JSON-LD 1.1, 4.1.5)
_GEN_DELIMS = (":", "/", "?", "#", "[", "]", "@")
#: names remembered of one context; made-up ones must not fill the memory
_REMEMBERED = 20_000


class Parts(msgspec.Struct, frozen=True):
    """What a ``Terms`` is made of, to be sent to another process."""

    terms: dict[str, str | None]
    vocab: str | None
    aliases: dict[str, str]


class Terms:
    """Immutable. ``layered`` makes the context that another document adds."""

    __slots__ = (
        "_aliases",
        "_compacted",
        "_expanded",
        "_inverse",
        "_prefixes",
        "_protected",
        "_terms",
        "vocab",
    )

    def __init__(
        self,
        terms: Mapping[str, str | None],
        vocab: str | None,
        aliases: Mapping[str, str] | None = None,
        protected: frozenset[str] = frozenset(),
    ) -> None:
        self._terms = dict(terms)
        #: alias of a keyword to that keyword, ``@id`` and ``@type``
        self._aliases = {"@id": "@id", "@type": "@type", **(aliases or {})}
        self.vocab = vocab
        self._protected = protected
        self._inverse: dict[str, str] = {}
        for term, iri in self._terms.items():
            if iri is not None:
                known = self._inverse.get(iri)
                if known is None or (len(term), term) < (len(known), known):
                    self._inverse[iri] = term
        self._prefixes = sorted(
            (
                (iri, term)
                for term, iri in self._terms.items()
                if iri is not None and iri.endswith(_GEN_DELIMS) and ":" not in term
            ),
            key=lambda pair: (-len(pair[0]), len(pair[1]), pair[1]),
        )
        self._expanded: dict[str, str] = {}
        self._compacted: dict[str, str] = {}

    @classmethod
    def of(cls, parts: Parts) -> Terms:
        """One that reads as that which ``parts`` are of."""
        return cls(parts.terms, parts.vocab, parts.aliases)

    def parts(self) -> Parts:
        return Parts(self._terms, self.vocab, self._aliases)

    def keyword(self, name: str) -> str | None:
        """``@id`` or ``@type`` where ``name`` is one of their names; None for any other."""
        return self._aliases.get(name)

    def expand(self, name: str) -> str:
        """The IRI of a term, a compact IRI or an IRI; that of an unknown term lies below ``@vocab``."""
        found = self._expanded.get(name)
        if found is None:
            found = self._expand(name)
            if len(self._expanded) < _REMEMBERED:
                self._expanded[name] = found
        return found

    def compact(self, iri: str) -> str:
        """The shortest name that expands to ``iri`` here; ``iri`` itself where there is none."""
        found = self._compacted.get(iri)
        if found is None:
            found = self._compact(iri)
            if len(self._compacted) < _REMEMBERED:
                self._compacted[iri] = found
        return found

    def layered(self, definitions: Mapping[str, Any]) -> Terms:
        """This context with ``definitions`` (the value of ``@context``, an object) on top.

        What the core context defines stays as it is (clause 5.5.7). Raises ``BadRequestData``.
        """
        terms, vocab, aliases = dict(self._terms), self.vocab, dict(self._aliases)
        if "@vocab" in definitions:
            given = definitions["@vocab"]
            if given is not None and not isinstance(given, str):
                raise _wrong("@vocab", given)
            vocab = None if given is None else self._whole(given, definitions, ())
        for term, definition in definitions.items():
            if term.startswith("@") or term in self._protected:
                continue
            iri = self._defined(term, definition, definitions, vocab)
            if iri in ("@id", "@type"):
                aliases[term] = iri
            elif iri is None or not iri.startswith("@"):
                terms[term] = iri
        return Terms(terms, vocab, aliases, self._protected)

    def sealed(self) -> Terms:
        """The same, with every term defined until now protected."""
        return Terms(
            self._terms, self.vocab, self._aliases, frozenset(self._terms) | frozenset(self._aliases)
        )

    def _expand(self, name: str) -> str:
        known = self._terms.get(name)
        if known is not None:
            return known
        prefix, colon, suffix = name.partition(":")
        if colon:
            base = self._terms.get(prefix)
            return base + suffix if base is not None and not suffix.startswith("//") else name
        return (self.vocab or DEFAULT) + name

    def _compact(self, iri: str) -> str:
        known = self._inverse.get(iri)
        if known is not None:
            return known
        vocab = self.vocab or DEFAULT
        if iri.startswith(vocab):
            rest = iri[len(vocab) :]
            if rest and self._expand(rest) == iri and rest not in self._aliases:
                return rest
        for base, term in self._prefixes:
            if iri.startswith(base) and len(iri) > len(base):
                short = f"{term}:{iri[len(base) :]}"
                if self._expand(short) == iri:
                    return short
        return iri

    def _defined(
        self, term: str, definition: Any, within: Mapping[str, Any], vocab: str | None
    ) -> str | None:
        if definition is None:
            return None
        if isinstance(definition, str):
            given = definition
        elif isinstance(definition, Mapping):
            own = definition.get("@id", term)
            if own is None:
                return None
            if not isinstance(own, str):
                raise _wrong(term, own)
            given = own
        else:
            raise _wrong(term, definition)
        if given == term:
            known = self._whole(term, within, ()) if ":" in term else self._terms.get(term)
            return known if known is not None else (vocab or DEFAULT) + term
        whole = self._whole(given, within, (term,))
        return whole if whole.startswith("@") or _ABSOLUTE.match(whole) else (vocab or DEFAULT) + whole

    def _whole(self, name: str, within: Mapping[str, Any], seen: tuple[str, ...]) -> str:
        """``name`` expanded by the definitions of this context and of the object being read."""
        if name.startswith("@"):
            return name
        if name in seen or len(seen) > 32:
            raise _wrong(name, "it is defined by itself")
        prefix, colon, suffix = name.partition(":")
        if colon and suffix.startswith("//"):
            return name
        key = prefix if colon else name
        base: str | None = self._terms.get(key)
        if base is None and key in seen and key in within:
            raise _wrong(key, "it is defined by itself")
        if key in within and key not in self._protected and key not in seen:
            definition = within[key]
            inner = definition.get("@id") if isinstance(definition, Mapping) else definition
            if isinstance(inner, str) and inner != key:
                base = self._whole(inner, within, (*seen, name, key))
        if base is None:
            return name
        return base + suffix if colon else base


def _wrong(term: str, value: Any) -> BadRequestData:
    return BadRequestData(
        "not a definition of a term",
        field=f"@context.{term}"[:120],
        value=value,
        cure="an IRI, or an object with @id",
    )
