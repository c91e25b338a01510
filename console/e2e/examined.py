"""What a page is like for somebody who sees it badly, or not at all, or has only keys: measured, not looked at."""

from __future__ import annotations

import re

from console.e2e.driver import ROOT
from playwright.sync_api import Page

#: a packet of the tests alone; what is served to people does not hold it
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
THEMES = ("dark", "light")

#: what axe could not decide, and who decides instead. Anything else undecided is a finding.
UNDECIDED = {
    # text over the map's canvas, a hatch or a drawing: the tokens were measured pair by pair (ui/tokens.css),
    # and words on the map stand on a halo or a plate of their own
    "color-contrast": "a ground that is a picture",
    # axe asks a person whether the film has captions: clips of cameras have no sound
    "video-caption": "cameras record no sound",
    # what grows or goes while axe reads it, and lists that are empty now
    "heading-order": "a board that is drawn while it is read",
    "aria-required-children": "a list with nothing in it",
    # axe asks a person whether one sign is a word: ?, + and - are the keys' own names here
    "label-content-name-mismatch": "a button that shows its key",
    # `small` asks what a pointer meets
    "target-size": "marks that overlap on a drawing",
}
#: marks on the map and in the timeline lie where the thing is. The queue and the objects list beside them do the
#: same with rows that are large enough (2.5.8, "equivalent" and "essential")
_WHERE_IT_IS = re.compile(r'^<button class="(ev|mark|exit)\b')

_RUN = """async ([tags, only]) => {
    const run = only ? {runOnly: {type: "rule", values: only}} : {runOnly: {type: "tag", values: tags}};
    const sheet = document.querySelector("dialog[open]");
    // words on the map are drawn with an edge in the ground's colour, which axe takes for their own colour
    const where = sheet ?? {include: [["html"]], exclude: [[".marks .mark b"]]};
    const found = await axe.run(where, {...run, resultTypes: ["violations", "incomplete"]});
    const told = (results) => results.flatMap(({id, nodes}) => nodes.map((node) => [
        id,
        node.target.join(" "),
        [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; "),
        node.html.slice(0, 160),
    ]));
    return {violations: told(found.violations), incomplete: told(found.incomplete)};
}"""


def _axe(page: Page, only: list[str] | None = None) -> dict[str, list[list[str]]]:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    found: dict[str, list[list[str]]] = page.evaluate(_RUN, [list(TAGS), only])
    return found


def _told(found: dict[str, list[list[str]]]) -> list[str]:
    undecided = [row for row in found["incomplete"] if row[0] not in UNDECIDED]
    certain = [
        row for row in found["violations"] if row[0] != "target-size" or not _WHERE_IT_IS.match(row[3])
    ]
    return [
        *(f"{rule}: {target}: {why} {html}" for rule, target, why, html in certain),
        *(f"{rule}, undecided: {target}: {why} {html}" for rule, target, why, html in undecided),
    ]


def flaws(page: Page) -> list[str]:
    """What axe finds, in both themes; the theme is changed in place, and back.

    What hangs on no colour is asked once. The map keeps its drawing meanwhile: its canvas is no text.
    """
    found = []
    for theme in THEMES:
        page.evaluate("theme => void (document.documentElement.dataset.theme = theme)", theme)
        only = None if theme == THEMES[0] else ["color-contrast", "link-in-text-block"]
        found += [f"{theme}: {words}" for words in _told(_axe(page, only))]
    page.evaluate("theme => void (document.documentElement.dataset.theme = theme)", THEMES[0])
    return found


_COMMON = """
    const box = (e) => e.getBoundingClientRect();
    const shown = (e) => e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) && box(e).width > 1 && box(e).height > 1;
    const named = (e) => e.outerHTML.replace(/\\s+/g, " ").slice(0, 130);
"""

#: WCAG 2.5.8: 24 by 24 CSS pixels, or as much room round the middle that meets nothing else. A link in a
#: sentence is as high as its line.
_SMALL = (
    """() => {"""
    + _COMMON
    + """
    const ACTS = "button, a[href], input:not([type=hidden]), select, textarea, summary, "
        + "[role=option], [role=slider], [role=switch], [role=tab], [role=checkbox], [role=menuitem]";
    const sentence = (e) => e.matches("a") && getComputedStyle(e).display === "inline" && e.parentElement.textContent.trim() !== e.textContent.trim();
    const meets = (e, x, y) => {
        const met = document.elementFromPoint(x, y);
        return met === null || met === e || e.contains(met) || met.contains(e) || (e.labels && [...e.labels].some((l) => l.contains(met)));
    };
    const room = (e) => {
        const b = box(e), [x, y] = [b.left + b.width / 2, b.top + b.height / 2];
        return [[-11.5, 0], [11.5, 0], [0, -11.5], [0, 11.5]].every(([dx, dy]) => meets(e, x + dx, y + dy));
    };
    const whole = (e) => e.labels?.length ? [e, ...e.labels] : [e];
    const high = (e) => whole(e).some((part) => box(part).height >= 23.5 && box(part).width >= 23.5);
    const dialog = document.querySelector("dialog[open]");
    return [...(dialog ?? document).querySelectorAll(ACTS)]
        .filter((e) => shown(e) && !e.closest("[inert], .sr") && !e.classList.contains("sr") && !e.disabled)
        .filter((e) => !sentence(e) && !high(e) && !e.closest(".marks") && !e.classList.contains("ev"))
        .filter((e) => (e.scrollIntoView({block: "center"}), !room(e)))
        .map((e) => `small, ${Math.round(box(e).width)}x${Math.round(box(e).height)}: ${named(e)}`);
}"""
)


def small(page: Page) -> list[str]:
    """What is smaller than a pointer target may be."""
    found: list[str] = page.evaluate(_SMALL)
    return found


#: WCAG 1.4.4 and 1.4.10: nothing outside the window that cannot be scrolled to, and no page wider than it.
#: What needs two dimensions to be understood (maps, tables, timelines) may scroll in a box of its own.
_CUT = (
    """() => {"""
    + _COMMON
    + """
    const found = [];
    const root = document.scrollingElement;
    const dialog = document.querySelector("dialog[open]");
    if (!dialog && root.scrollWidth > innerWidth + 1) {
        const wide = [...document.body.querySelectorAll("*")].filter((e) => shown(e) && box(e).right > innerWidth + 1 && !e.closest(".sr, .map, svg"));
        found.push(`the page is ${root.scrollWidth} wide: ${wide.slice(-3).map(named).join(" | ")}`);
    }
    for (const e of document.querySelectorAll("main, main .panel, main section")) {
        if (e.checkVisibility() && e.textContent.trim() && !e.closest(".sr") && (box(e).height < 8 || box(e).width < 8)) found.push(`no room left: ${named(e)}`);
    }
    const scrolls = (e, axis) => /auto|scroll/.test(getComputedStyle(e)[axis]);
    const hides = (e, axis) => /hidden|clip/.test(getComputedStyle(e)[axis]);
    const ACTS = "button, a[href], input:not([type=hidden]), select, textarea, summary, [role=option], h1, h2, h3";
    for (const e of (dialog ?? document).querySelectorAll(ACTS)) {
        if (!shown(e) || e.closest(".sr, [inert], .marks") || e.classList.contains("sr")) continue;
        const b = box(e);
        let [scrolledX, scrolledY] = [false, false];
        for (let up = e.parentElement; up; up = up.parentElement) {
            const at = box(up), root = up === document.documentElement || up === document.body;
            if (root) break;
            scrolledX ||= scrolls(up, "overflowX") && up.scrollWidth > up.clientWidth;
            scrolledY ||= scrolls(up, "overflowY") && up.scrollHeight > up.clientHeight;
            if (!scrolledX && hides(up, "overflowX") && (b.left >= at.right - 4 || b.right <= at.left + 4)) { found.push(`cut off sideways: ${named(e)}`); break; }
            if (!scrolledY && hides(up, "overflowY") && (b.top >= at.bottom - 4 || b.bottom <= at.top + 4)) { found.push(`cut off below: ${named(e)}`); break; }
            if (up.matches("dialog") && (b.bottom > innerHeight + 1 || b.right > innerWidth + 1) && !scrolledY) { found.push(`outside the window: ${named(e)}`); break; }
            if (getComputedStyle(up).position === "fixed" && !scrolledY && (b.bottom > innerHeight + 1 || b.top < -1 || b.right > innerWidth + 1)) { found.push(`outside the window: ${named(e)}`); break; }
        }
    }
    return [...new Set(found)];
}"""
)


def cut(page: Page) -> list[str]:
    """What a small window keeps from its reader."""
    found: list[str] = page.evaluate(_CUT)
    return found


#: WCAG 1.4.12, as the standard's own figures have it
_SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""

#: words whose lines are cut through or fall out of a box of fixed height
_SPLIT = (
    """() => {"""
    + _COMMON
    + """
    const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const found = [];
    const dialog = document.querySelector("dialog[open]");
    for (const e of (dialog ?? document.body).querySelectorAll("*")) {
        if (!own(e) || !shown(e) || e.closest(".sr, svg, .map, option, [aria-hidden=true]")) continue;
        const range = document.createRange();
        range.selectNodeContents(e);
        const words = range.getBoundingClientRect();
        for (let up = e; up && up !== document.body; up = up.parentElement) {
            const style = getComputedStyle(up), at = box(up);
            if (/auto|scroll/.test(style.overflowY) && up.scrollHeight > up.clientHeight) break;
            const hidden = /hidden|clip/.test(style.overflowY) && style.webkitLineClamp === "none";
            // half a line: what lies round the letters may go
            if (hidden && words.bottom > at.bottom + 5) { found.push(`cut through: ${named(e)}`); break; }
        }
    }
    return [...new Set(found)];
}"""
)


def split_when_spaced(page: Page) -> list[str]:
    """What is lost when a reader sets lines, letters and words further apart."""
    page.evaluate(
        "words => { const s = new CSSStyleSheet(); s.replaceSync(words); document.adoptedStyleSheets = [...document.adoptedStyleSheets, s]; }",
        _SPACED,
    )
    found: list[str] = page.evaluate(_SPLIT)
    found += cut(page)
    page.evaluate("() => void (document.adoptedStyleSheets = document.adoptedStyleSheets.slice(0, -1))")
    return found


#: half a second without a place is longer than any change of the page takes
_WATCH = """() => {
    if (window.lostFocus) return;
    window.lostFocus = [];
    let [last, since] = [null, 0];
    setInterval(() => {
        const at = document.activeElement;
        if (at && at !== document.body) [last, since] = [at.outerHTML.slice(0, 130), 0];
        else if (last && (since += 50) === 500) window.lostFocus.push(last);
    }, 50);
}"""


def watch_focus(page: Page) -> None:
    """From now on it is noticed when nothing on the page has the focus: the next Tab would begin at the top."""
    page.add_init_script(f"({_WATCH})()")
    page.evaluate(_WATCH)


def lost_focus(page: Page) -> list[str]:
    """What had the focus last, each time that it was lost."""
    page.wait_for_timeout(600)
    found: list[str] = page.evaluate("window.lostFocus")
    return found


def focused(page: Page) -> str:
    """Role or kind of what has the focus, and its name."""
    said: str = page.evaluate(
        "() => { const e = document.activeElement; return `${e.role ?? e.tagName.toLowerCase()} ${e.ariaLabel ?? e.innerText ?? ''}`.trim(); }"
    )
    return said
