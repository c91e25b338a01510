"""The public page as HTML: no script, no cookie, nothing from elsewhere; every text is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from tocsin.kernel.text import clean
from tocsin.reports.public.advice import advice
from tocsin.reports.public.facts import PersonalRule, PublicFacts, SensorClass
from tocsin.reports.public.words import WORDS, Words

CSP = (
    "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
FEED = "/cap/feed.atom"
_SECTIONS = ("sensed", "rules", "looks", "responsible", "warnings", "advice")


def page(facts: PublicFacts, lang: str) -> str:
    """``lang``: one of ``WORDS``."""
    w = WORDS[lang]
    title = w.title.format(clean(facts.city, 80) or w.no_city)
    parts = {
        "sensed": _sensed(facts, w), "rules": _rules(facts, w), "looks": _looks(facts, w),
        "responsible": _responsible(facts, w), "warnings": _warnings(facts, w), "advice": _advice(w),
    }  # fmt: skip
    sections = "\n".join(
        f'<section aria-labelledby="{name}"><h2 id="{name}">{escape(getattr(w, name))}</h2>'
        f"{''.join(parts[name])}</section>"
        for name in _SECTIONS
    )
    links = "".join(f'<li><a href="#{name}">{escape(getattr(w, name))}</a></li>' for name in _SECTIONS)
    realm = "" if facts.realm == "live" else f'<p class="realm">{escape(w.not_real.format(facts.realm))}</p>'
    alternates = "".join(
        f'<link rel="alternate" hreflang="{other}" href="/public/{other}">' for other in facts.languages
    )
    return (
        f'<!doctype html>\n<html lang="{w.lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/public/files/style.css">'
        f"{alternates}</head>\n"
        f'<body><a class="skip" href="#content">{escape(w.skip)}</a>\n<header>{realm}'
        f"<h1>{escape(title)}</h1><p>{escape(w.intro)}</p>{_switch(facts, w)}</header>\n"
        f'<nav aria-label="{escape(w.contents)}"><h2>{escape(w.contents)}</h2><ul>{links}</ul></nav>\n'
        f'<main id="content">\n{sections}\n</main>\n<footer><p>'
        f"{escape(w.as_of.format(facts.on.isoformat()))} {escape(w.no_cookies)} "
        f"{escape(w.in_english)}</p></footer></body></html>\n"
    )


def _switch(facts: PublicFacts, w: Words) -> str:
    if len(facts.languages) < 2:
        return ""
    links = "".join(
        f'<li><a href="/public/{lang}" lang="{lang}" hreflang="{lang}"'
        f"{' aria-current=true' if lang == w.lang else ''}>{escape(WORDS[lang].own_name)}</a></li>"
        for lang in facts.languages
    )
    return f'<nav class="languages" aria-label="{escape(w.languages)}"><ul>{links}</ul></nav>'


def _sensed(facts: PublicFacts, w: Words) -> Iterator[str]:
    yield f"<p>{escape(w.sensed_intro)}</p>"
    if not facts.classes:
        yield f"<p>{escape(w.nothing_sensed)}</p>"
        return
    yield _table(
        w.sensed,
        (w.sensor_class, w.sensors, w.personal, w.kept),
        [
            (
                f'<a href="#class-{number}">{_name(one, w)}</a>',
                escape(w.count(one.sensors) if one.sensors else w.silent),
                escape(_personal_in_short(one, facts, w)),
                escape(_kept(one, facts, w)),
            )
            for number, one in enumerate(facts.classes)
        ],
    )
    for number, one in enumerate(facts.classes):
        yield _class(one, number, facts, w)


def _class(one: SensorClass, number: int, facts: PublicFacts, w: Words) -> str:
    uses = "".join(
        f'<li lang="en"><b>{escape(clean(title, 80))}</b>: {escape(clean(claim, 400))}</li>'
        for title, claim in one.used_by
    )
    why = f"<ul>{uses}</ul>" if uses else f"<p>{escape(w.no_why)}</p>"
    personal = (
        f"<ul>{''.join(f'<li>{_rule_in_words(rule, w)}</li>' for rule in one.personal)}</ul>"
        if one.personal
        else f"<p>{escape(_personal_in_short(one, facts, w))}</p>"
    )
    kept = (
        w.values.format(w.span(one.history_days))
        if facts.registered and one.history_days
        else _kept(one, facts, w)
    )
    told = f'<p lang="en">{escape(clean(one.words, 200))}.</p>' if one.words else ""
    return (
        f'<article aria-labelledby="class-{number}"><h3 id="class-{number}">'
        f"{_name(one, w)}</h3>{told}<dl><div><dt>{escape(w.sensors)}</dt><dd>"
        f"{escape(w.count(one.sensors) if one.sensors else w.silent)}</dd></div>"
        f"<div><dt>{escape(w.why)}</dt><dd>{why}</dd></div>"
        f"<div><dt>{escape(w.personal)}</dt><dd>{personal}</dd></div>"
        f"<div><dt>{escape(w.kept)}</dt><dd><p>{escape(kept)}</p></dd></div></dl></article>"
    )


def _name(one: SensorClass, w: Words) -> str:
    known = w.types.get(one.type)
    return escape(known) if known else f'<span lang="en">{escape(one.type)}</span>'


def _personal_in_short(one: SensorClass, facts: PublicFacts, w: Words) -> str:
    if not facts.registered:
        return w.not_configured
    return (
        w.no_personal if not one.personal else "; ".join(dict.fromkeys(rule.words for rule in one.personal))
    )


def _kept(one: SensorClass, facts: PublicFacts, w: Words) -> str:
    return w.span(one.history_days) if facts.registered else w.not_configured


def _rule_in_words(rule: PersonalRule, w: Words) -> str:
    said = f'<span lang="en">{escape(clean(rule.words, 200))}</span>: {escape(_becomes(rule, w))}'
    if rule.becomes == "not taken in":
        return f"{said}."
    times = f"{w.now}: {w.span(rule.now_days)}; {w.history}: {w.span(rule.history_days)}"
    return f"{said}. {escape(times)}."


def _rules(facts: PublicFacts, w: Words) -> Iterator[str]:
    if not facts.registered:
        yield f"<p>{escape(w.not_configured)}</p>"
        return
    yield f"<p>{escape(w.rules_intro)}</p>"
    rows = [
        (
            f'<span lang="en">{escape(clean(rule.words, 200))}</span>',
            escape(_becomes(rule, w)),
            f'<span lang="en">{escape(rule.purpose)}</span>',
            f'<span lang="en">{escape(clean(rule.basis, 200))}</span>',
            escape("–" if rule.becomes == "not taken in" else w.span(rule.now_days)),
            escape("–" if rule.becomes == "not taken in" else w.span(rule.history_days)),
        )
        for rule in facts.rules
    ]
    yield _table(w.rules, (w.data, w.becomes, w.purpose, w.basis, w.now, w.history), rows)
    if facts.ways:
        items = "".join(
            f"<li><b>{escape(clean(title, 80))}</b>: {escape(clean(words, 300)).replace('`', '')}</li>"
            for title, words in facts.ways
        )
        yield f'<h3>{escape(w.ways)}</h3><ul lang="en">{items}</ul>'


def _becomes(rule: PersonalRule, w: Words) -> str:
    match rule.becomes:
        case "keyed pseudonym":
            return w.pseudonym
        case "not taken in":
            return w.not_taken
        case _:
            return w.as_it_is


def _looks(facts: PublicFacts, w: Words) -> Iterator[str]:
    if facts.audit_days:
        yield f"<p>{escape(w.looks_intro.format(w.span(facts.audit_days)))}</p>"
    if facts.looks is None:
        yield f"<p>{escape(w.no_month if facts.no_looks == 'no month is over' else w.not_published)}</p>"
        return
    found = facts.looks
    yield f"<p><b>{escape(w.looked.format(found.month, found.count))}</b> "
    yield f"{escape(w.looks_error.format(f'{found.epsilon:g}', found.error))}</p>"


def _responsible(facts: PublicFacts, w: Words) -> Iterator[str]:
    rows = (
        (w.controller, facts.controller), (w.contact, facts.contact), (w.officer, facts.officer),
        (w.complaints, facts.complaints), (w.authority, facts.authority),
    )  # fmt: skip
    items = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{escape(clean(said, 400) or w.not_configured)}</dd></div>"
        for term, said in rows
    )
    yield f"<p>{escape(w.responsible_intro)}</p><dl>{items}</dl><p>{escape(w.rights)}</p>"


def _warnings(facts: PublicFacts, w: Words) -> Iterator[str]:
    if not facts.feed:
        yield f"<p>{escape(w.not_configured)}</p>"
        return
    yield f'<p><a href="{FEED}">{escape(w.warnings_link)}</a>. {escape(w.warnings_words)}</p>'


def _advice(w: Words) -> Iterator[str]:
    yield f"<p>{escape(w.advice_intro)}</p>"
    for one in advice(w.lang):
        items = "".join(f"<li>{escape(item)}</li>" for item in one.items)
        sources = "; ".join(
            f'<a href="{escape(address)}" rel="noreferrer" lang="en">{escape(name)}</a>'
            for name, address in one.sources
        )
        spoken = "" if one.lang == w.lang else f' lang="{one.lang}"'
        yield (
            f'<article id="{one.topic}"{spoken}><h3>{escape(one.title)}</h3><ul>{items}</ul>'
            f'<p class="source"><span lang="{w.lang}">{escape(w.source)}</span>: {sources}</p></article>'
        )


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """``rows``: HTML. Each cell bears its heading for narrow screens, where a row becomes a list.

    Roles are written out, since a browser forgets that a table is one once its style is a list's.
    """
    top = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in head)
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell" data-label="{escape(name)}">{cell}</td>'
            for name, cell in zip(head, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table role="table"><caption class="unseen">{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{top}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )
