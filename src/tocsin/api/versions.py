"""Two people acting at once: the version that a caller saw, as an ETag or in the body."""

from __future__ import annotations

from starlette.requests import Request

from tocsin.kernel.errors import Invalid


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def expected(request: Request, given: int | None) -> int | None:
    """The version of the body or of ``If-Match``; None where the caller did not ask for the check.

    Raises ``Invalid`` for an If-Match that is no version of ours, or one that differs from the body's.
    """
    header = request.headers.get("if-match")
    if header is None or header.strip() == "*":
        return given
    text = header.strip().removeprefix("W/").strip('"')
    if not text.isdigit() or (given is not None and int(text) != given):
        raise Invalid(
            "If-Match names another version than one of ours, or than the body",
            field="If-Match",
            value=header,
            cure="send the ETag that came with the item",
        )
    return int(text)
