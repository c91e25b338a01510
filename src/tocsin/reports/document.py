"""A document as blocks, before it is HTML or PDF: one composition, two renderers.

Texts are plain texts. Neither renderer reads markup in them: HTML escapes, Typst is handed strings.
"""

from __future__ import annotations

import msgspec


class Heading(msgspec.Struct, frozen=True, tag_field="block", tag="heading"):
    words: str


class Paragraph(msgspec.Struct, frozen=True, tag_field="block", tag="paragraph"):
    """``strong``: what the reader must not miss."""

    words: str
    strong: bool = False


class Items(msgspec.Struct, frozen=True, tag_field="block", tag="items"):
    items: tuple[str, ...]


class Facts(msgspec.Struct, frozen=True, tag_field="block", tag="facts"):
    """Terms and what holds for them."""

    rows: tuple[tuple[str, str], ...]


class Table(msgspec.Struct, frozen=True, tag_field="block", tag="table"):
    """``widths``: one a column, in parts of the whole. ``empty`` stands in its stead where it has no rows."""

    caption: str
    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "None."


class Figure(msgspec.Struct, frozen=True, tag_field="block", tag="figure"):
    """A drawing of ours (SVG without any text of others), what it shows in words, and whose data it is."""

    svg: str
    alt: str
    caption: str


Block = Heading | Paragraph | Items | Facts | Table | Figure


class Paper(msgspec.Struct, frozen=True):
    """Words of the sheet itself: ``page`` 1 ``of`` 2; ``cut``: where one page could not hold it all."""

    page: str = "Page"
    of: str = "of"
    cut: str = ""


class Document(msgspec.Struct, frozen=True):
    """``realm``: said on every page where it is not the real city. ``foot``: on every page.

    ``one_page``: made to fit one sheet of A4; the print grows smaller before anything is cut off.
    """

    kind: str
    title: str
    facts: Facts
    blocks: tuple[Block, ...]
    foot: str
    lang: str = "en"
    realm: str = ""
    one_page: bool = False
    paper: Paper = Paper()
