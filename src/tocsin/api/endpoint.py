"""How an endpoint is declared: one decorator says who may call it; its signature says what goes in and out.

The declaration is the contract: the guard, the OpenAPI document and the policy check all read it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec
from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.api.guard import admit, caller_of, services_of
from tocsin.api.services import Services
from tocsin.identity.policy import Permission, Subject
from tocsin.kernel.errors import Invalid

PREFIX = "/api/v1"
_ENCODER = msgspec.json.Encoder()

#: annotations for handlers
Ask = Annotated[Services, Depends(services_of)]
Caller = Annotated[Subject, Depends(caller_of)]

H = TypeVar("H", bound=Callable[..., Awaitable[Any]])


class Decode:
    """Reads the request's body as JSON of one type. Raises ``Invalid`` naming the place and the rule."""

    def __init__(self, type_: Any) -> None:
        self.type = type_
        self._decoder = msgspec.json.Decoder(type_)

    async def __call__(self, request: Request) -> Any:
        body = await request.body()
        try:
            return self._decoder.decode(body or b"{}")
        except msgspec.ValidationError as error:
            rule, _, place = str(error).partition(" - at ")
            raise Invalid(
                rule, field=place.strip("`").removeprefix("$.") or None, cure="see the request's schema"
            ) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid(f"the body is not JSON: {error}", cure="send JSON in UTF-8") from error
        except RecursionError as error:
            raise Invalid("the body is nested too deeply", cure="see the request's schema") from error


def body(type_: Any) -> Any:
    """``given: Annotated[NewToken, body(NewToken)]`` in a handler's signature."""
    return Depends(Decode(type_))


@dataclass(frozen=True)
class Contract:
    """What is promised about one endpoint. ``answers``/``takes`` None: no body."""

    name: str
    method: str
    path: str
    needs: Permission
    status: int
    answers: Any
    takes: Any
    tag: str
    media: str = "application/json"
    #: bytes of another kind than JSON are read from the request as they are
    takes_media: str = "application/json"
    #: optional query parameters of a plain route: (name, meaning)
    query: tuple[tuple[str, str], ...] = ()


def contract_of(handler: object) -> Contract | None:
    found = getattr(handler, "__contract__", None)
    return found if isinstance(found, Contract) else None


def answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A struct as JSON, encoded straight."""
    if value is None:
        return Response(status_code=204, headers=headers)
    return Response(_ENCODER.encode(value), status, headers, "application/json")


class Endpoints:
    """The endpoints of one resource; a file in ``routes/`` has one of these."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.handlers: list[Callable[..., Awaitable[Response]]] = []

    def get(self, path: str, needs: Permission, **more: Any) -> Callable[[H], H]:
        return self._declare("GET", path, needs, **more)

    def post(self, path: str, needs: Permission, **more: Any) -> Callable[[H], H]:
        return self._declare("POST", path, needs, **more)

    def put(self, path: str, needs: Permission, **more: Any) -> Callable[[H], H]:
        return self._declare("PUT", path, needs, **more)

    def delete(self, path: str, needs: Permission, **more: Any) -> Callable[[H], H]:
        return self._declare("DELETE", path, needs, **more)

    def _declare(
        self,
        method: str,
        path: str,
        needs: Permission,
        *,
        status: int = 200,
        takes_media: str | None = None,
        media: str = "application/json",
    ) -> Callable[[H], H]:
        def declare(handler: H) -> H:
            signature = inspect.signature(handler, eval_str=True)
            answers = _answers(signature.return_annotation)
            contract = Contract(
                name=handler.__name__,
                method=method,
                path=PREFIX + path,
                needs=needs,
                # nothing said of another answer without a body (a redirect): 204
                status=204 if answers is None and status == 200 else status,
                answers=answers,
                takes=_takes(signature),
                tag=self.tag,
                media=media,
                takes_media=takes_media or "application/json",
            )

            @functools.wraps(handler)
            async def run(*args: Any, **kwargs: Any) -> Response:
                result = await handler(*args, **kwargs)
                return result if isinstance(result, Response) else answer(result, contract.status)

            run.__signature__ = signature  # type: ignore[attr-defined]
            run.__contract__ = contract  # type: ignore[attr-defined]
            self.handlers.append(run)
            return handler

        return declare

    def attach(self, app: FastAPI) -> None:
        for handler in self.handlers:
            contract = contract_of(handler)
            assert contract is not None
            app.add_api_route(
                contract.path,
                handler,
                methods=[contract.method],
                tags=[self.tag],
                operation_id=contract.name,
                status_code=contract.status,
                response_model=None,
                response_class=Response,
                dependencies=[Depends(admit(contract.needs))],
            )


def public_route(
    path: str,
    handler: Callable[[Request], Awaitable[Response]],
    media: str,
    answers: Any = bytes,
    *,
    name: str = "",
    tag: str = "public",
) -> Route:
    """A plain route that anybody may GET. ``name``: that of the handler, unless given."""
    handler.__contract__ = Contract(  # type: ignore[attr-defined]
        name=name or handler.__name__,
        method="GET",
        path=path,
        needs=Permission.PUBLIC,
        status=200,
        answers=answers,
        takes=None,
        tag=tag,
        media=media,
    )
    return Route(path, handler, methods=["GET"])


def _answers(annotation: Any) -> Any:
    """The type inside ``Answer[T]``, or the annotation itself; None for no body."""
    if annotation in (None, type(None)):
        return None
    if get_origin(annotation) is Annotated and get_args(annotation)[0] is Response:
        return get_args(annotation)[1]
    return annotation


def _takes(signature: inspect.Signature) -> Any:
    for parameter in signature.parameters.values():
        for extra in getattr(parameter.annotation, "__metadata__", ()):
            if isinstance(getattr(extra, "dependency", None), Decode):
                return extra.dependency.type
    return None
