"""Refusals that a caller can expect. Each has a type, an HTTP status, and words with the cure."""

from __future__ import annotations


class TocsinError(Exception):
    """An expected refusal. Anything else that is raised is a defect and stays loud.

    ``field`` and ``value`` say what was wrong, ``cure`` what to do about it.
    """

    status = 400
    kind = "bad-request"
    #: it is in the record already that somebody was refused this
    noted = False

    def __init__(
        self, message: str, *, field: str | None = None, value: object = None, cure: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = None if value is None else str(value)[:200]
        self.cure = cure

    def __str__(self) -> str:
        parts = [self.message]
        if self.field:
            parts.append(f"field {self.field!r}" + (f" = {self.value!r}" if self.value is not None else ""))
        if self.cure:
            parts.append(f"cure: {self.cure}")
        return "; ".join(parts)


class Invalid(TocsinError):
    """The input breaks a rule that its sender can read."""

    status, kind = 422, "invalid"


class NotFound(TocsinError):
    status, kind = 404, "not-found"


class Conflict(TocsinError):
    """The thing has moved on since the caller looked (state or version)."""

    status, kind = 409, "conflict"


class Unauthenticated(TocsinError):
    status, kind = 401, "unauthenticated"


class CodeNeeded(Unauthenticated):
    """Name and password are right; the code of the second factor is asked for too."""

    kind = "code-needed"


class Forbidden(TocsinError):
    status, kind = 403, "forbidden"


class TooLarge(TocsinError):
    status, kind = 413, "too-large"


class Exhausted(TocsinError):
    """The answer would take more time or memory than one question may have; nothing was changed."""

    status, kind = 422, "exhausted"


class TooMany(TocsinError):
    """A rate limit; ``retry_after_s`` says when to come back."""

    status, kind = 429, "too-many-requests"

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message, cure=f"try again in {retry_after_s:.0f} s")
        self.retry_after_s = retry_after_s


class Unavailable(TocsinError):
    """Nothing was accepted; the same call may go through later."""

    status, kind = 503, "unavailable"


class AdvisorFailed(TocsinError):
    """An advisor broke or gave no answer in time: its own failure, not a mistake of who asked."""

    status, kind = 502, "advisor-failed"


class Misconfigured(TocsinError):
    """The installation itself is wrong (settings, state folder, port); refused at start."""

    status, kind = 500, "misconfigured"


class Damaged(TocsinError):
    """What was kept is not what comes back: cut short, altered, or out of order."""

    status, kind = 500, "damaged"
