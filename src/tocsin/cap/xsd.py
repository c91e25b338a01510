"""The schema of the standard (3.4) as OASIS published it, asked through libxml2."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from lxml import etree

from tocsin.cap.faults import CLAUSES, NotCap
from tocsin.kernel.text import clean

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_FILE = Path(__file__).parent / "schema" / "CAP-v1.2.xsd"
_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([A-Za-z]+)'")


@cache
def schema() -> etree.XMLSchema:
    """Read once a process. Its use is one thread's at a time, as libxml2 asks."""
    return etree.XMLSchema(etree.parse(str(_FILE)))


def require_schema(root: etree._Element) -> None:
    """Raises ``NotCap`` with the clause of the element at fault and libxml2's words."""
    made = schema()
    if made.validate(root):
        return
    error = made.error_log[0]
    found = _ELEMENT.search(error.message)
    name = found[1] if found else "alert"
    words = error.message.replace(f"{{{NAMESPACE}}}", "")
    raise NotCap(
        f"the schema of the standard refuses it: {clean(words, 400)}",
        clause=f"3.4 schema; {CLAUSES.get(name, '3.2')} {name}",
        field=name,
        value=f"line {error.line}",
        cure="see the element's values and order in that clause",
    )
