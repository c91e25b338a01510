"""What a page is like for somebody who sees it badly, or not at all, or has only keys: measured."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from console.e2e.driver import ROOT
from playwright.sync_api import Page

#: a packet of the tests alone; what is served to people does not hold it
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
_MEASURED = (Path(__file__).parent / "measured.js").read_text()
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
THEMES = ("dark", "light")
#: what hangs on colours: asked in the second theme too
OF_COLOUR = ("color-contrast", "link-in-text-block")

#: what axe could not decide, and why that is no finding. Anything else undecided is one.
UNDECIDED = {
    # text over the map's canvas, a hatch or a drawing: the tokens were measured pair by pair (ui/tokens.css),
    # and words on the map stand on a halo or a plate of their own
    "color-contrast": "a ground that is a picture",
    # axe asks a person whether the film has captions
    "video-caption": "cameras record no sound",
    "heading-order": "a board that is drawn while it is read",
    "aria-required-children": "a list with nothing in it",
    "th-has-data-cells": "a table with nothing in it",
    # axe asks a person whether one sign is a word: ?, + and - are the keys' own names here
    "label-content-name-mismatch": "a button that shows its key",
    # `small` asks what a pointer meets
    "target-size": "marks that overlap on a drawing",
}
#: Marks on the map and in the timeline lie where the thing is. The queue and the objects list beside them do
#: the same with rows that are large enough (2.5.8, "equivalent" and "essential").
_WHERE_IT_IS = re.compile(r'^<button class="(ev|mark|exit)\b')


def _ask(page: Page, what: str, given: object = None) -> Any:
    return page.evaluate(f"given => ({_MEASURED}).{what}(given)", given)


def _wears(page: Page, theme: str) -> None:
    page.evaluate(
        """theme => {
            document.documentElement.dataset.theme = theme;
            // a colour on its way from one theme to the other is neither's
            for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
        }""",
        theme,
    )


def _axe(page: Page, only: tuple[str, ...] | None) -> list[str]:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    found = _ask(page, "axeFinds", [TAGS, only])
    placed = [row for row in found["violations"] if row[0] == "target-size" and _WHERE_IT_IS.match(row[3])]
    return [
        *(": ".join(row) for row in found["violations"] if row not in placed),
        *(f"undecided, {': '.join(row)}" for row in found["incomplete"] if row[0] not in UNDECIDED),
    ]


def flaws(page: Page) -> list[str]:
    """What axe finds, in both themes: changed in place, and back. An open sheet is asked about alone.

    The map keeps its drawing meanwhile: its canvas holds no text.
    """
    first, second = THEMES
    found = [f"{first}: {words}" for words in _axe(page, None)]
    _wears(page, second)
    found += [f"{second}: {words}" for words in _axe(page, OF_COLOUR)]
    _wears(page, first)
    return found


def small(page: Page) -> list[str]:
    """What is smaller than a pointer target may be."""
    return list(_ask(page, "small"))


def cut(page: Page) -> list[str]:
    """What a small window keeps from its reader."""
    return list(_ask(page, "cut"))


def split_when_spaced(page: Page) -> list[str]:
    """What is lost when a reader sets lines, letters and words further apart."""
    _ask(page, "setApart")
    found = [*_ask(page, "split"), *_ask(page, "cut")]
    _ask(page, "setBack")
    return found


def watch_focus(page: Page) -> None:
    """From now on it is noticed when nothing has the focus: the next Tab would begin at the top."""
    page.add_init_script(f"({_MEASURED}).watchFocus()")
    _ask(page, "watchFocus")


def lost_focus(page: Page) -> list[str]:
    """What had the focus last, each time that it was lost."""
    page.wait_for_timeout(600)
    return list(page.evaluate("window.lostFocus"))
