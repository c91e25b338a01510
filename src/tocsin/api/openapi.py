"""The OpenAPI document, from the declarations: ``python -m tocsin.api.openapi > console/openapi.json``.

Shapes come from the structs that are encoded and decoded (msgspec); FastAPI adds paths and query parameters.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

import tocsin
from tocsin.api import schemas
from tocsin.api.endpoint import Contract, contract_of
from tocsin.identity.policy import Permission

_REF = "#/components/schemas/{name}"
#: told in words on /live, not by any response body
_LIVE = (
    schemas.LiveSnapshot,
    schemas.LiveChange,
    schemas.LiveGone,
    schemas.LiveGap,
    schemas.LiveEnded,
    schemas.LiveBeat,
)


def contracts(app: FastAPI) -> list[Contract]:
    """Every declared endpoint of the app."""
    found = (contract_of(getattr(route, "endpoint", None)) for route in app.routes)
    return [contract for contract in found if contract is not None]


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document as JSON-ready data."""
    made = get_openapi(
        title="Tocsin",
        version=tocsin.__version__,
        summary="An open urban-safety platform: from a reading to a decision",
        routes=[route for route in app.routes if contract_of(getattr(route, "endpoint", None))],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    declared = contracts(app)
    bodies = [contract.takes for contract in declared if contract.takes is not None]
    answers = [contract.answers for contract in declared if contract.answers is not None]
    all_types = [*bodies, *answers, *_LIVE, schemas.Problem]
    schemas_of, components = msgspec.json.schema_components(all_types, ref_template=_REF)
    shape = dict(zip(map(str, all_types), schemas_of, strict=True))
    _fill_required(components, spared=_names_below(bodies))
    for contract in declared:
        operations = made.setdefault("paths", {}).setdefault(contract.path, {})
        operation = operations.setdefault(
            contract.method.lower(), {"tags": [contract.tag], "operationId": contract.name}
        )
        _describe(operation, contract, shape)
    made["components"] = {
        "schemas": dict(sorted(components.items())),
        "securitySchemes": {
            "session": {"type": "apiKey", "in": "cookie", "name": "tocsin_session"},
            "token": {"type": "http", "scheme": "bearer"},
        },
    }
    return made


def _describe(operation: dict[str, Any], contract: Contract, shape: dict[str, Any]) -> None:
    success: dict[str, Any] = {"description": "as asked"}
    if contract.answers is not None:
        file = {"type": "string", "format": "binary"}
        schema = file if contract.answers is bytes else shape[str(contract.answers)]
        success["content"] = {contract.media: {"schema": schema}}
    operation["responses"] = {
        str(contract.status): success,
        "default": {
            "description": "refused: what was wrong and what to do",
            "content": {"application/problem+json": {"schema": shape[str(schemas.Problem)]}},
        },
    }
    if contract.takes_media != "application/json":
        operation["requestBody"] = {
            "required": True,
            "content": {contract.takes_media: {"schema": {"type": "string"}}},
        }
    elif contract.takes is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {contract.takes_media: {"schema": shape[str(contract.takes)]}},
        }
    if contract.query:
        operation["parameters"] = [
            {"name": name, "in": "query", "description": means, "schema": {"type": "string"}}
            for name, means in contract.query
        ]
    operation["x-permission"] = contract.needs.value
    if contract.needs is not Permission.PUBLIC:
        operation["security"] = [{"session": []}, {"token": []}]


def _names_below(types: Iterable[Any]) -> set[str]:
    _, components = msgspec.json.schema_components(list(types), ref_template=_REF)
    return set(components)


def _fill_required(components: dict[str, Any], spared: set[str]) -> None:
    """Answers always carry every field, also one that has a default; bodies may leave those out."""
    for name, component in components.items():
        if name not in spared and "properties" in component:
            component["required"] = list(component["properties"])
            for field in component["properties"].values():
                if isinstance(field, dict):
                    field.pop("default", None)


def main() -> None:
    from tocsin.api.app import skeleton  # the app imports this module for its own route

    data = msgspec.json.format(msgspec.json.encode(document(skeleton())), indent=2)
    sys.stdout.write(data.decode() + "\n")


if __name__ == "__main__":
    main()
