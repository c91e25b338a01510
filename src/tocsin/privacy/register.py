"""The record of processing activities (GDPR Art 30(1)), filled from what runs: nothing in it is typed
twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from tocsin.kernel.clock import iso
from tocsin.privacy.classes import Classes, NamedRule
from tocsin.privacy.keys import KeyOf
from tocsin.privacy.own import MESSAGES, OWN
from tocsin.privacy.retention import Retention
from tocsin.sdk.discover import Discovered
from tocsin.sdk.source import Sources


class Controller(msgspec.Struct, frozen=True):
    """Art 30(1)(a). An empty ``name`` or ``contact`` is a gap, and the register says so."""

    name: str
    contact: str
    officer: str


class Terms(msgspec.Struct, frozen=True):
    """Art 30(1)(f): days in each store."""

    context_days: int
    lake_days: int


class Processing(msgspec.Struct, frozen=True):
    """One category of personal data: Art 30(1)(b), (c) and (f). ``becomes``: what ingest makes of a value."""

    id: str
    words: str
    types: tuple[str, ...]
    attributes: tuple[str, ...]
    class_: str = msgspec.field(name="class")
    becomes: Literal["keyed pseudonym", "not taken in", "kept as it is"]
    purpose: str
    basis: str
    terms: Terms
    written_by: Literal["Tocsin", "city", "default"]


class SourceEntry(msgspec.Struct, frozen=True):
    """Where data comes from; ``personal_data`` as its manifest says (none | possible | yes)."""

    id: str
    title: str
    words: str
    personal_data: str
    kind: str
    reference: str
    fault: str = ""


class ToolEntry(msgspec.Struct, frozen=True):
    """What evaluates it. ``reads``: rules whose attributes the tool's manifest asks for."""

    id: str
    title: str
    claim: str
    personal_data: str
    advises_a_person: bool
    reads: tuple[str, ...]
    fault: str = ""


class Recipient(msgspec.Struct, frozen=True):
    """Art 30(1)(d): a room and the roles in it that may see the picture; or who is told something outside
    of the rooms, and what for.
    """

    id: str
    title: str
    kind: Literal["control room", "partner", "mail server", "push service", "webhook", "the public"]
    roles: tuple[str, ...] = ()
    purpose: str = ""


class Measure(msgspec.Struct, frozen=True):
    """Art 30(1)(g) with Art 32(1): one measure and how it is set here."""

    name: str
    words: str


class KeyEntry(msgspec.Struct, frozen=True):
    """A key of pseudonyms that is there; its bytes are never shown."""

    purpose: str
    period: str
    begins: datetime
    ends: datetime
    destroyed_at: datetime


class Register(msgspec.Struct, frozen=True):
    """``gaps``: what a controller still has to fill in or to settle before this may be shown to an
    authority.
    """

    made_at: datetime
    city: str
    realm: str
    controller: Controller
    processing: tuple[Processing, ...]
    sources: tuple[SourceEntry, ...]
    tools: tuple[ToolEntry, ...]
    recipients: tuple[Recipient, ...]
    transfers: str
    measures: tuple[Measure, ...]
    keys: tuple[KeyEntry, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The running configuration, as values and as ways to look anew. ``epsilon_*``: privacy loss."""

    city: str
    realm: str
    controller: Controller
    classes: Classes
    sources: Callable[[], Sources]
    tools: Callable[[], Discovered]
    keys: Callable[[], Sequence[KeyOf]]
    period: str
    keys_keep_days: int
    quarantine_days: int
    raw_keep_min: float
    bus_keep_h: float
    lake_days: int
    audit_days: int
    epsilon_release: float
    epsilon_day: float
    #: what may leave for a third country, in words; empty: nothing
    transfers: str = ""
    #: who is told something outside of the rooms
    outside: tuple[Recipient, ...] = ()
    #: how long the ledger of messages is kept; 0: no messages are sent
    ledger_days: int = 0
    #: classes of readings with a term of their own; None: ``lake_days`` holds for all
    retention: Retention | None = None

    def kept_days(self, type_name: str) -> int:
        """Days after which no reading of the type is left, personal or not; 0: kept."""
        return self.retention.longest(type_name) if self.retention else self.lake_days


#: Art 30(1)(e)
NO_TRANSFER = "None: this installation sends nothing to third countries or international organisations."
_BECOMES: dict[str, Literal["keyed pseudonym", "not taken in", "kept as it is"]] = {
    "none": "kept as it is",
    "pseudonym": "keyed pseudonym",
    "personal": "keyed pseudonym",
    "sensitive": "not taken in",
}


def fill(facts: Facts, recipients: Sequence[Recipient], now: datetime) -> Register:
    """The register as of now. Blocks: it reads the folders of sources, tools and keys."""
    tools, held = _tools(facts), facts.keys()
    made = Register(
        made_at=now,
        city=facts.city,
        realm=facts.realm,
        controller=facts.controller,
        processing=(
            *(processing(named) for named in (*facts.classes.rules, facts.classes.default)),
            *(_own(one | {"terms": (facts.ledger_days, 0)}) for one in MESSAGES if facts.ledger_days),
            *(_own(one) for one in OWN),
        ),
        sources=_sources(facts),
        tools=tools,
        recipients=(*recipients, *facts.outside),
        transfers=facts.transfers or NO_TRANSFER,
        measures=_measures(facts),
        keys=tuple(KeyEntry(key.purpose, key.period, key.begins, key.ends, key.destroyed_at) for key in held),
        gaps=(),
    )
    return msgspec.structs.replace(made, gaps=tuple(_gaps(made)))


def processing(named: NamedRule) -> Processing:
    """A rule as the register tells of it."""
    rule = named.rule
    by: Literal["Tocsin", "city", "default"] = "city" if named.own else "Tocsin"
    return Processing(
        id=named.id,
        words=rule.words,
        types=rule.types,
        attributes=rule.attributes,
        class_=rule.class_,
        becomes=_BECOMES[rule.class_],
        purpose=rule.purpose,
        basis=rule.basis,
        terms=Terms(rule.context_days, rule.lake_days),
        written_by="default" if named.id == "default" else by,
    )


def _own(one: Mapping[str, Any]) -> Processing:
    return Processing(**{**one, "terms": Terms(*one["terms"]), "written_by": "Tocsin"})


def _sources(facts: Facts) -> tuple[SourceEntry, ...]:
    found = facts.sources()
    entries = [
        SourceEntry(m.id, m.title, m.words, m.personal_data, m.kind, m.reference)
        for m in (folder.manifest for folder in found.folders)
    ]
    broken = [SourceEntry(b.name, b.name, "", "possible", "", "", fault=b.reason) for b in found.broken]
    return tuple(entries + broken)


def _tools(facts: Facts) -> tuple[ToolEntry, ...]:
    found = facts.tools()
    entries = []
    for folder in found.tools:
        manifest = folder.manifest
        reads = {
            named.id
            for consumed in manifest.consumes
            for attribute in consumed.attributes
            if (named := facts.classes.named(consumed.type, attribute)) and named.rule.class_ != "none"
        }
        entries.append(
            ToolEntry(
                manifest.id,
                manifest.title,
                manifest.claim,
                manifest.personal_data,
                manifest.advises_a_person,
                tuple(sorted(reads)),
            )
        )
    broken = [ToolEntry(b.id, b.id, "", "personal", False, (), fault=b.reason) for b in found.broken]
    return tuple(entries + broken)


def _measures(facts: Facts) -> tuple[Measure, ...]:
    published = f"loss {facts.epsilon_release:g} a release, at most {facts.epsilon_day:g} a type and day"
    return (
        Measure(
            "Pseudonyms at ingest",
            f"a key for each purpose and {facts.period}, destroyed {facts.keys_keep_days} days after",
        ),
        Measure(
            "Raw messages",
            f"encrypted on disk; deleted {facts.raw_keep_min:g} min after they were normalised",
        ),
        Measure("Messages between stages", f"encrypted on disk; deleted {facts.bus_keep_h:g} h after use"),
        Measure(
            "What was not understood",
            f"sealed by day, shown as a shape; unreadable and deleted after {facts.quarantine_days} days",
        ),
        Measure("Other readings", (facts.retention or Retention(facts.lake_days)).words()),
        Measure("Record of actions and reads", f"hash-chained and signed, kept {facts.audit_days} days"),
        Measure("Published counts", f"differential privacy (OpenDP), {published}"),
        Measure("Access", "by role and room; passwords as Argon2id; reads of personal data recorded"),
    )


def _gaps(made: Register) -> list[str]:
    gaps = []
    if not made.controller.name:
        gaps.append("No controller is named: set privacy.controller (Art 30(1)(a)).")
    if not made.controller.contact:
        gaps.append("The controller cannot be reached: set privacy.contact (Art 30(1)(a)).")
    if not made.controller.officer:
        gaps.append("No data protection officer: set privacy.officer (Art 37(1)(a): public bodies).")
    gaps += [
        f"Tool {tool.id} says personal data: none, and asks for {', '.join(tool.reads)}."
        for tool in made.tools
        if tool.reads and tool.personal_data == "none"
    ]
    gaps += [f"Source {s.id} is not fit to run: {s.fault}" for s in made.sources if s.fault]
    gaps += [f"Tool {t.id} is not fit to run: {t.fault}" for t in made.tools if t.fault]
    return gaps


def page(made: Register) -> str:
    """The register as one HTML page that stands alone: for a printer or an authority."""
    from html import escape

    def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
        cells = "".join(
            "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
        )
        top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
        return f"<h2>{escape(title)}</h2><table><thead><tr>{top}</tr></thead><tbody>{cells}</tbody></table>"

    who = made.controller
    parts = [
        f"<h1>Record of processing activities</h1><p>{escape(made.city or 'This installation')} "
        f"({escape(made.realm)}), as configured on {iso(made.made_at)} (GDPR Art 30(1))</p>",
        "".join(f"<p class=gap>{escape(gap)}</p>" for gap in made.gaps),
        table(
            "Controller",
            ("Name", "Contact", "Data protection officer"),
            [(who.name or "not stated", who.contact or "not stated", who.officer or "not stated")],
        ),
        table(
            "Personal data, purposes and terms",
            ("Data", "Class", "Becomes", "Purpose", "Legal basis", "Now, days", "History, days"),
            [
                (p.words, p.class_, p.becomes, p.purpose, p.basis, p.terms.context_days, p.terms.lake_days)
                for p in made.processing
            ],
        ),
        table(
            "Sources",
            ("Source", "What it is", "Personal data", "Way in"),
            [(s.title, s.words, s.personal_data, s.kind) for s in made.sources],
        ),
        table(
            "Tools",
            ("Tool", "What it does", "Personal data", "Advises a person"),
            [(t.title, t.claim, t.personal_data, "yes" if t.advises_a_person else "no") for t in made.tools],
        ),
        table(
            "Recipients",
            ("Who", "Kind", "Roles that may see, or what for"),
            [(r.title, r.kind, r.purpose or ", ".join(r.roles)) for r in made.recipients],
        ),
        f"<h2>Transfers to third countries</h2><p>{escape(made.transfers)}</p>",
        table("Security measures", ("Measure", "How"), [(m.name, m.words) for m in made.measures]),
    ]
    style = (
        "body{font:15px/1.45 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}.gap{border-left:4px solid;padding-left:.6rem}"
        "td,th{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #bbb}"
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Record of processing activities</title>'
        f"<style>{style}</style><body>{''.join(parts)}</body></html>\n"
    )
