"""The city's data as a DCAT-AP 3 catalogue in JSON-LD: what there is, since when, and how to get it. Pure.

DCAT-AP 3.0 (SEMIC) over DCAT 3 (W3C): catalogue, one dataset for each entity type, its distributions, and the
services that give access. Vocabularies by IRI: EU access rights, frequencies, file types and data themes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tocsin.kernel.clock import iso

PROFILE = "http://data.europa.eu/r5r/"
_EU = "http://publications.europa.eu/resource/authority"
_RESTRICTED = f"{_EU}/access-right/RESTRICTED"
_IANA = "https://www.iana.org/assignments/media-types"
CONTEXT: Mapping[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dcatap": "http://data.europa.eu/r5r/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "adms": "http://www.w3.org/ns/adms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: by entity type, where it is plain; else government and public sector
_THEMES = {
    "AirQualityObserved": "ENVI",
    "NoiseLevelObserved": "ENVI",
    "WeatherObserved": "ENVI",
    "TrafficFlowObserved": "TRAN",
    "ItemFlowObserved": "TRAN",
    "OffStreetParking": "TRAN",
    "CrowdFlowObserved": "SOCI",
}
#: name in the address, file type of the EU, media type, words
_FORMS = (
    ("json", "JSON", "application/json", "rows as JSON"),
    ("csv", "CSV", "text/csv", "rows as comma-separated values"),
    ("parquet", "PARQUET", "application/vnd.apache.parquet", "columns as Parquet"),
    ("arrow", "ARROW_FILE", "application/vnd.apache.arrow.stream", "columns as an Arrow stream"),
)


@dataclass(frozen=True, slots=True)
class Described:
    """One entity type. ``attributes``: name and meaning of each; ``reference``: of the published model."""

    type: str
    words: str
    reference: str
    attributes: Sequence[tuple[str, str]]
    entities: int
    personal: bool


@dataclass(frozen=True, slots=True)
class Known:
    """All that the catalogue says. ``base``: where this door is reached, without a slash at its end.

    ``first``, ``last``: days of the oldest and newest reading; None where there is none.
    """

    base: str
    city: str
    languages: Sequence[str]
    controller: str
    contact: str
    now: datetime
    first: date | None
    last: date | None
    keep_days: int
    types: Sequence[Described]


def catalogue(known: Known) -> dict[str, Any]:
    """The JSON-LD document."""
    here = f"{known.base}/catalogue"
    publisher = _publisher(known, here)
    return {
        "@context": dict(CONTEXT),
        "@id": here,
        "@type": "dcat:Catalog",
        "dct:title": _said(f"{known.city}: normalised city data"),
        "dct:description": _said(
            "Readings of the city's sensors in standard models (Smart Data Models, NGSI-LD), with unit,"
            " quality and provenance, as kept by Tocsin."
        ),
        "dct:publisher": publisher,
        "dct:language": [{"@id": f"{_EU}/language/{code}"} for code in _languages(known.languages)],
        "dct:modified": _typed(iso(known.now), "dateTime"),
        "dct:conformsTo": {"@id": PROFILE},
        "foaf:homepage": {"@id": f"{known.base}/public"},
        "dct:spatial": _place(known),
        "dcat:themeTaxonomy": {"@id": f"{_EU}/data-theme"},
        "dcat:dataset": [_dataset(known, one, here) for one in known.types],
        "dcat:service": [_service(known, here)],
    }


def _dataset(known: Known, one: Described, here: str) -> dict[str, Any]:
    about = f"{here}#{one.type}"
    made: dict[str, Any] = {
        "@id": about,
        "@type": "dcat:Dataset",
        "dct:identifier": one.type,
        "dct:title": _said(f"{one.type}, {known.city}"),
        "dct:description": _said(
            f"{one.words}. {one.entities} observed now. Attributes: "
            + "; ".join(
                f"{attribute} ({words})" if words else attribute for attribute, words in one.attributes
            )
        ),
        "dct:publisher": {"@id": _publisher(known, here)["@id"]},
        "dcat:contactPoint": _contact(known),
        "dcat:keyword": [_said(attribute) for attribute, _ in one.attributes],
        "dcat:theme": {"@id": f"{_EU}/data-theme/{_THEMES.get(one.type, 'GOVE')}"},
        "dct:spatial": _place(known),
        "dct:accessRights": {"@id": _RESTRICTED},
        "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/CONT"},
        "dcat:distribution": [_distribution(known, one, about, here, *form) for form in _FORMS],
    }
    if one.reference:
        made["dct:conformsTo"] = {"@id": one.reference, "@type": "dct:Standard"}
    if known.first and known.last:
        made["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed(known.first.isoformat(), "date"),
            "dcat:endDate": _typed(known.last.isoformat(), "date"),
        }
    if one.personal:
        made["dct:rights"] = {
            "@type": "dct:RightsStatement",
            "skos:prefLabel": _said(
                "Holds pseudonymised personal data: read with a reason, on the record; see the public page."
            ),
        }
    return made


def _distribution(
    known: Known, one: Described, about: str, here: str, form: str, kind: str, media: str, words: str
) -> dict[str, Any]:
    return {
        "@id": f"{about}-{form}",
        "@type": "dcat:Distribution",
        "dct:title": _said(f"{one.type}: {words}"),
        "dcat:accessURL": {"@id": f"{known.base}/api/v1/lake/query"},
        "dcat:accessService": {"@id": f"{here}#lake"},
        "dct:format": {"@id": f"{_EU}/file-type/{kind}"},
        "dcat:mediaType": {"@id": f"{_IANA}/{media}"},
        "dct:license": {"@id": f"{_EU}/licence/OP_DATPRO"},
        "dcatap:availability": {"@id": f"{_EU}/planned-availability/AVAILABLE"},
        "adms:status": {"@id": f"{_EU}/distribution-status/COMPLETED"},
    }


def _service(known: Known, here: str) -> dict[str, Any]:
    kept = f"Readings are kept for {known.keep_days} days. " if known.keep_days else ""
    return {
        "@id": f"{here}#lake",
        "@type": "dcat:DataService",
        "dct:title": _said("SQL over the lake"),
        "dct:description": _said(f"One SELECT at a time, read only. {kept}Needs an account or a token."),
        "dct:publisher": {"@id": _publisher(known, here)["@id"]},
        "dcat:contactPoint": _contact(known),
        "dct:accessRights": {"@id": _RESTRICTED},
        "dcat:endpointURL": {"@id": f"{known.base}/api/v1/lake/query"},
        "dcat:endpointDescription": {"@id": f"{known.base}/api/v1/openapi.json"},
        "dcat:servesDataset": [{"@id": f"{here}#{one.type}"} for one in known.types],
    }


def _publisher(known: Known, here: str) -> dict[str, Any]:
    return {
        "@id": f"{here}#publisher",
        "@type": "foaf:Agent",
        "foaf:name": known.controller or known.city,
        "dct:type": {"@id": "http://purl.org/adms/publishertype/LocalAuthority"},
    }


def _contact(known: Known) -> dict[str, Any]:
    made: dict[str, Any] = {"@type": "vcard:Kind", "vcard:fn": known.controller or known.city}
    if "@" in known.contact and " " not in known.contact.strip():
        made["vcard:hasEmail"] = {"@id": f"mailto:{known.contact.strip()}"}
    else:
        made["vcard:hasURL"] = {"@id": f"{known.base}/public"}
        if known.contact.strip():
            made["vcard:note"] = known.contact.strip()
    return made


def _place(known: Known) -> dict[str, Any]:
    return {"@type": "dct:Location", "skos:prefLabel": known.city}


def _languages(codes: Sequence[str]) -> list[str]:
    by_code = {"en": "ENG", "it": "ITA", "nb": "NOB", "pt": "POR"}
    return [by_code[code] for code in codes if code in by_code] or ["ENG"]


def _said(words: str) -> dict[str, str]:
    return {"@value": words, "@language": "en"}


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": f"xsd:{kind}"}
