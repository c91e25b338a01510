"""Personal data that no source brings: what the installation itself asks of people who work with it.

Rows of the register (GDPR Art 30(1)) beside those of the classes, which speak of what devices send.
"""

from __future__ import annotations

from typing import Any

OWN: tuple[dict[str, Any], ...] = (
    {
        "id": "field-positions",
        "words": "Where a responder is: with consent, on a task, for the task's room alone. One position, no "
        "track; deleted when the task ends or consent is taken back, after 4 hours at the latest",
        "types": ("person",),
        "attributes": ("position",),
        "class_": "personal",
        "becomes": "kept as it is",
        "purpose": "field",
        "basis": "GDPR Art 6(1)(a) and 7, consent for each task; no disadvantage to whoever refuses",
        "terms": (1, 0),
    },
    {
        "id": "field-answers",
        "words": "Keys of a responder's answers, so that none takes effect twice",
        "types": ("person",),
        "attributes": ("key",),
        "class_": "personal",
        "becomes": "kept as it is",
        "purpose": "field",
        "basis": "GDPR Art 6(1)(e), public task: accuracy of the incident's log",
        "terms": (30, 0),
    },
)
#: where messages are sent; the term of the ledger is a setting
MESSAGES: tuple[dict[str, Any], ...] = (
    {
        "id": "messages",
        "words": "Mail address, browsers, rules and quiet hours of people here, until they take them "
        "away; and the ledger of which message went to whom when",
        "types": ("person",),
        "attributes": ("address", "browser", "message"),
        "class_": "personal",
        "becomes": "kept as it is",
        "purpose": "messages",
        "basis": "GDPR Art 6(1)(e), public task: the right person hears in time, and it can be shown",
    },
)
