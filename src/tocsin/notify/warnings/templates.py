"""Warnings written beforehand, in the city's languages: a file each in ``templates/``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta
from msgspec.structs import replace

from tocsin.cap.model import Category, Certainty, ResponseType, Severity, Urgency
from tocsin.kernel.errors import Misconfigured
from tocsin.notify.warnings.model import WarningArea, WarningContent, WarningText
from tocsin.notify.warnings.words import EVENT, FIELD, HEADLINE, LONG, filled

FOLDER = Path(__file__).parent / "templates"
#: what a template may leave open; the first three are filled from the incident and the city
FIELDS = frozenset({"place", "time", "sender", "destination", "cause"})


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    event: Annotated[str, Meta(min_length=1, max_length=EVENT)]
    headline: Annotated[str, Meta(min_length=1, max_length=HEADLINE)]
    description: Annotated[str, Meta(min_length=1, max_length=LONG)]
    instruction: Annotated[str, Meta(min_length=1, max_length=LONG)]


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``kinds``: prefixes of alert kinds that it is offered first for. ``texts``: by language."""

    id: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{1,40}$")]
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    category: Category
    response: ResponseType
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    radius_m: Annotated[float, Meta(gt=0, le=50_000)]
    lasts_min: Annotated[int, Meta(ge=5, le=2880)]
    texts: dict[str, _Words]
    kinds: tuple[str, ...] = ()


@cache
def shipped() -> tuple[Template, ...]:
    """By id. Raises ``Misconfigured`` naming the file: a warning is the wrong moment to find a bad one."""
    return tuple(_load(path) for path in sorted(FOLDER.glob("*.yaml")))


def _load(path: Path) -> Template:
    try:
        made = msgspec.convert(yaml.safe_load(path.read_text("utf-8")), Template)
    except (msgspec.ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path.name}: {error}", field="template", value=path.name) from error
    for language, words in made.texts.items():
        for text in (words.event, words.headline, words.description, words.instruction):
            if unknown := set(FIELD.findall(text)) - FIELDS:
                raise Misconfigured(
                    f"{path.name}: no such field", field=language, value=", ".join(sorted(unknown))
                )
    return made


def begun(template: Template, languages: tuple[str, ...], values: Mapping[str, str]) -> WarningContent:
    """A draft's content: its fields filled where the value is known. The area is still to be drawn, and the
    place stays open in the texts until the author has said what it is called (``words.tidy``).

    Languages that the template has no text in are left to the author.
    """
    told = {name: value for name, value in values.items() if name != "place"}
    chosen = [language for language in languages if language in template.texts] or list(template.texts)[:1]
    return WarningContent(
        category=template.category,
        response=template.response,
        urgency=template.urgency,
        severity=template.severity,
        certainty=template.certainty,
        area=WarningArea(values.get("place", "")),
        texts=tuple(_text(template, language, told) for language in chosen),
        lasts_min=template.lasts_min,
        template=template.id,
    )


def _text(template: Template, language: str, values: Mapping[str, str]) -> WarningText:
    words = template.texts[language]
    made = WarningText(language, words.event, words.headline, words.description, words.instruction)
    return replace(
        made,
        **{
            name: filled(getattr(made, name), values)
            for name in ("event", "headline", "description", "instruction")
        },
    )
