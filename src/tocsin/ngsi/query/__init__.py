"""The query languages of NGSI-LD (ETSI GS CIM 009 v1.8.1, clauses 4.9, 4.10, 4.15, 4.17, 4.19, 4.21),
without I/O."""

from tocsin.ngsi.query.any_of import AnyOf
from tocsin.ngsi.query.conditions import Links
from tocsin.ngsi.query.geo import GeoParams
from tocsin.ngsi.query.geometry import boxes_of, geometry_of, read_geometry
from tocsin.ngsi.query.hints import Comparison, Hints
from tocsin.ngsi.query.index import QueryIndex
from tocsin.ngsi.query.query import Query, QueryParams, parse
from tocsin.ngsi.query.targets import scalars_of

__all__ = [
    "AnyOf",
    "Comparison",
    "GeoParams",
    "Hints",
    "Links",
    "Query",
    "QueryIndex",
    "QueryParams",
    "boxes_of",
    "geometry_of",
    "parse",
    "read_geometry",
    "scalars_of",
]
