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
