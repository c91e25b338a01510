"""The Smart Data Models types that are known here, read from ``models/*.toml``: data, one file a type."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from tocsin.kernel.errors import Misconfigured
from tocsin.normalise.units import DIMENSIONS, dimension_of

FOLDER = Path(__file__).with_name("models")
COMMON = "*"

Kind = Literal["number", "integer", "text", "bool", "enum", "any"]


class AttributeModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``unit``: canonical UN/CEFACT code. ``dimension`` stands in where the number carries none (a share).

    ``low`` and ``high`` are bounds of physics, in the canonical unit: beyond them lies a broken sensor.
    ``also``: further spellings in use, kept as they are sent.
    """

    kind: Kind
    words: str
    unit: str | None = None
    dimension: str | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entity type. ``reference``: where its published description stands."""

    type: str
    words: str
    reference: str
    attributes: dict[str, AttributeModel]

    def spelled(self) -> dict[str, AttributeModel]:
        """Every spelling of every attribute."""
        return {name: m for first, m in self.attributes.items() for name in (first, *m.also)}


def read_models(folder: Path = FOLDER) -> dict[str, Model]:
    """All models by type, the common one under ``*``. Raises ``Misconfigured`` naming file and attribute."""
    models: dict[str, Model] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            model = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Model)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise Misconfigured(
                f"model {path.name}: {error}", field=path.name, cure="correct the file"
            ) from error
        for name, attribute in model.attributes.items():
            if fault := _fault(attribute):
                raise Misconfigured(
                    f"model {path.name}, {name}: {fault}",
                    field=f"{path.name}:{name}",
                    cure="correct the file",
                )
        models[model.type] = model
    if COMMON not in models:
        raise Misconfigured("no common model", field=str(folder), cure='a file with type = "*"')
    return models


def _fault(attribute: AttributeModel) -> str | None:
    numeric = attribute.kind in ("number", "integer")
    if not numeric and (attribute.unit or attribute.dimension or attribute.low is not None):
        return f"a {attribute.kind} has no unit, dimension or bounds"
    if attribute.unit and dimension_of(attribute.unit) is None:
        return f"unit {attribute.unit} is not in units.py"
    if attribute.dimension and attribute.dimension not in DIMENSIONS:
        return f"dimension {attribute.dimension} is not in units.py"
    if (attribute.kind == "enum") != bool(attribute.choices):
        return "an enum, and nothing else, has choices"
    if attribute.low is not None and attribute.high is not None and attribute.low >= attribute.high:
        return "low is not below high"
    return None
