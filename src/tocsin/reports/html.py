"""A document as one HTML page that stands alone: no script, one stylesheet inside, pictures inside."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from html import escape
from pathlib import Path

from tocsin.reports.document import Block, Document, Facts, Figure, Heading, Items, Paragraph, Table

#: widths of columns are classes, since a page that runs no script takes no style from its elements either
STYLE = Path(__file__).with_name("report.css").read_text("utf-8") + "".join(
    f".w{part}{{width:{part}%}}" for part in range(1, 101)
)
_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
#: the page can show its own style, our typeface and its drawing, and do nothing at all
CSP = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def page(made: Document) -> str:
    """Every text is escaped here, whatever was done to it before."""
    title = f"{made.kind}: {made.title}"
    realm = f'<p class="realm">{escape(made.realm)}</p>' if made.realm else ""
    blocks = "\n".join(_block(block, number) for number, block in enumerate(made.blocks))
    return (
        f'<!doctype html>\n<html lang="{escape(made.lang)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{escape(title)}</title><style>{STYLE}</style></head>\n'
        f"<body{' class=sheet' if made.one_page else ''}><header>{realm}"
        f'<p class="kind">{escape(made.kind)}</p>'
        f"<h1>{escape(made.title)}</h1>{_facts(made.facts)}</header>\n<main>\n{blocks}\n</main>\n"
        f"<footer><p>{escape(made.foot)}</p></footer></body></html>\n"
    )


def _block(block: Block, number: int) -> str:
    match block:
        case Heading(words):
            return f"<h2>{escape(words)}</h2>"
        case Paragraph(words, strong):
            return f'<p class="strong">{escape(words)}</p>' if strong else f"<p>{escape(words)}</p>"
        case Items(items):
            return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case Facts():
            return _facts(block)
        case Table():
            return _table(block, number)
        case Figure():
            return _figure(block)


def _facts(facts: Facts) -> str:
    rows = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(said)}</dd></div>" for term, said in facts.rows)
    return f"<dl>{rows}</dl>"


def _table(table: Table, number: int) -> str:
    if not table.rows:
        return f'<p class="empty">{escape(table.caption)}: {escape(table.empty)}</p>'
    whole = sum(table.widths)
    columns = "".join(f'<col class="w{max(1, 100 * width // whole)}">' for width in table.widths)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.head)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    # a wide table scrolls by itself on a phone, and by keyboard
    return (
        f'<div class="wide" role="region" tabindex="0" aria-labelledby="t{number}"><table>'
        f'<caption id="t{number}">{escape(table.caption)}</caption><colgroup>{columns}</colgroup>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _figure(figure: Figure) -> str:
    """The drawing is ours; ``reports/map.py`` puts nobody's words into it."""
    return (
        f'<figure><div role="img" aria-label="{escape(figure.alt)}">{figure.svg}</div>'
        f"<figcaption>{escape(figure.caption)}</figcaption></figure>"
    )
