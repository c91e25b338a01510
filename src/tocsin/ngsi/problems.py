"""What NGSI-LD refuses with (ETSI GS CIM 009 v1.8.1, clause 5.5.2, statuses of clause 6.3.2)."""

from __future__ import annotations

from typing import ClassVar

from tocsin.kernel.errors import TocsinError

ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"


class Problem(TocsinError):
    """One of the error types of the specification; ``title`` stands in the answer as it is, with the message
    as its detail.
    """

    title: ClassVar[str]

    @property
    def uri(self) -> str:
        """``type`` of the answer."""
        return ERRORS + self.kind

    def document(self) -> dict[str, object]:
        """The members of RFC 7807 that clause 5.5.3 asks for."""
        return {"type": self.uri, "title": self.title, "status": self.status, "detail": str(self)}


class InvalidRequest(Problem):
    """The request is not one, syntactically: no JSON, an unknown parameter."""

    status, kind, title = 400, "InvalidRequest", "The request is invalid"


class BadRequestData(Problem):
    """The request is well formed, what it holds is not."""

    status, kind, title = 400, "BadRequestData", "The request holds wrong data"


class AlreadyExists(Problem):
    status, kind, title = 409, "AlreadyExists", "It exists already"


class OperationNotSupported(Problem):
    status, kind, title = 422, "OperationNotSupported", "The operation is not supported"


class ResourceNotFound(Problem):
    status, kind, title = 404, "ResourceNotFound", "It was not found"


class InternalError(Problem):
    status, kind, title = 500, "InternalError", "The operation failed"


class TooComplexQuery(Problem):
    status, kind, title = 403, "TooComplexQuery", "The query is too complex"


class TooManyResults(Problem):
    status, kind, title = 403, "TooManyResults", "The query has too many results"


class LdContextNotAvailable(Problem):
    """A remote ``@context`` could not be had."""

    status, kind, title = 503, "LdContextNotAvailable", "A @context is not available"


class NonexistentTenant(Problem):
    status, kind, title = 404, "NonexistentTenant", "There is no such tenant"


class NoMultiTenantSupport(Problem):
    status, kind, title = 501, "NoMultiTenantSupport", "Tenants are not supported"
