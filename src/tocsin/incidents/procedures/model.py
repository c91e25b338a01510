"""What a procedure file says. Unknown fields are refused: a misspelt one is a step that nobody gets."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tocsin.kernel.decisions import TaskPage, TaskRole
from tocsin.kernel.events import Severity
from tocsin.kernel.languages import FALLBACK, Language

_Id = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=48)]
_Title = Annotated[str, Meta(min_length=1, max_length=80)]
_Words = Annotated[str, Meta(min_length=1, max_length=800)]

Category = Literal[
    "Geo",
    "Met",
    "Safety",
    "Security",
    "Rescue",
    "Fire",
    "Health",
    "Env",
    "Transport",
    "Infra",
    "CBRNE",
    "Other",
]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Trigger(_Part, frozen=True):
    """When to propose it: an alert of one of the kinds or categories, in an incident grave enough.

    Kinds and categories are alternatives; a matching kind weighs more. Neither: started by hand alone.
    """

    kinds: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[a-z*][a-z0-9_.*-]*$", max_length=80)], ...],
        Meta(max_length=20, description="finding kinds; * stands for anything (`crowd.*`)"),
    ] = ()
    categories: Annotated[
        tuple[Category, ...], Meta(max_length=12, description="CAP 1.2 categories of alerts")
    ] = ()
    severity: Annotated[Severity, Meta(description="the incident is at least this grave")] = "low"


class Answer(_Part, frozen=True):
    """One way to answer a decision."""

    answer: Annotated[str, Meta(min_length=1, max_length=60, description="the words on the button")]
    leads_to: Annotated[
        tuple[_Id, ...],
        Meta(
            min_length=1, max_length=20, description="ids of the steps that it opens; the others' fall away"
        ),
    ]


class Decision(_Part, frozen=True):
    """A point at which the procedure branches, because a person decides."""

    question: Annotated[str, Meta(min_length=1, max_length=200, description="what must be decided")]
    answers: Annotated[tuple[Answer, ...], Meta(min_length=2, max_length=6, description="the ways to answer")]


class AdviceRequest(_Part, frozen=True):
    """What to ask an advisor at this step. The answer is advice; the person decides."""

    tool: Annotated[
        str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=48, description="id of the tool to ask")
    ]
    request: Annotated[str, Meta(min_length=1, max_length=300, description="what to ask it, in words")]


class Step(_Part, frozen=True):
    """One thing that one role does, within a time limit."""

    id: Annotated[_Id, Meta(description="own name within the file")]
    title: Annotated[_Title, Meta(description="the order in a few words, as said on the radio")]
    words: Annotated[_Words, Meta(description="what to do and what to look out for")]
    role: Annotated[TaskRole, Meta(description="who does it")]
    minutes: Annotated[int, Meta(ge=1, le=1440, description="time limit from the moment it opens")]
    needs: Annotated[
        tuple[_Id, ...], Meta(max_length=20, description="steps that must have ended before it opens")
    ] = ()
    checklist: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=160)], ...],
        Meta(max_length=12, description="what is ticked off on the way"),
    ] = ()
    decision: Annotated[Decision | None, Meta(description="ends this step with an answer")] = None
    advice: Annotated[AdviceRequest | None, Meta(description="what to ask an advisor")] = None
    opens: Annotated[
        TaskPage | None, Meta(description="page of the console that it is done on, filled from the incident")
    ] = None


class Procedure(_Part, frozen=True):
    """A whole file."""

    id: Annotated[_Id, Meta(description="name of the procedure; a city's own file may take a shipped one's")]
    version: Annotated[int, Meta(ge=1, le=1_000_000, description="counts up with every change")]
    title: Annotated[_Title, Meta(description="what people call it")]
    words: Annotated[_Words, Meta(description="when it is for, and what it is to achieve")]
    sources: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=300)], ...],
        Meta(min_length=1, max_length=12, description="guidance and law it rests on"),
    ]
    trigger: Annotated[Trigger, Meta(description="when it is proposed")]
    steps: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=40, description="in reading order")]
    language: Annotated[
        Language, Meta(description="which one it is written in; translations lie in folders beside it")
    ] = FALLBACK
