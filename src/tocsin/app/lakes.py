"""Where the lake of an installation lies: a folder of its state, or S3-compatible storage."""

from __future__ import annotations

import re

from tocsin.app.hosting import Place
from tocsin.app.secret_files import secret_in
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.ids import content_id
from tocsin.lake.bucket import Bucket, Home
from tocsin.settings import Lake

_URL = re.compile(r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_.=-]+)*/?\Z")
_ENDPOINT = re.compile(r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?\Z")
_GB = 10**9


def lake_home(place: Place) -> Home:
    """A realm that is not live lies in a folder of its own there. Raises ``Misconfigured``."""
    given, folder = place.settings.lake, place.state / "lake"
    if not given.url:
        return folder
    _check(given)
    options = {
        "aws_region": given.region,
        # a commit is a PUT that fails where there is one of that number: no lock beside the storage
        "aws_conditional_put": "etag",
        "connect_timeout": "5s",
        "timeout": "60s",
        "max_retries": "3",
        "retry_timeout": "15s",
    }
    if given.endpoint:
        options["aws_endpoint"] = given.endpoint
        if given.endpoint.startswith("http://"):  # said by who runs it: within one machine, or a closed net
            options["aws_allow_http"] = "true"
    if given.key_id:
        options["aws_access_key_id"] = given.key_id
        options["aws_secret_access_key"] = secret_in(place.state, given.secret_file, field="lake.secret_file")
    url = given.url.rstrip("/") + ("" if place.live else f"/{content_id(place.realm)}")
    return Bucket(url, options, folder, given.copies_gb * _GB)


def _check(given: Lake) -> None:
    """Raises ``Misconfigured``."""
    if not _URL.match(given.url):
        raise Misconfigured(
            "not the address of a bucket",
            field="lake.url",
            value=given.url,
            cure="s3://bucket/prefix; address of the storage: lake.endpoint",
        )
    if given.endpoint and not _ENDPOINT.match(given.endpoint):
        raise Misconfigured(
            "not the address of S3-compatible storage",
            field="lake.endpoint",
            value=given.endpoint.rpartition("@")[2],
            cure="https://s3.city.example, keys in lake.key_id and lake.secret_file",
        )
    if given.copies_gb < 1:
        raise Misconfigured("too small", field="lake.copies_gb", value=given.copies_gb, cure="1 or more")
    if bool(given.key_id) != bool(given.secret_file):
        raise Misconfigured(
            "a key and its secret go together",
            field="lake.secret_file" if given.key_id else "lake.key_id",
            value="",
            cure="give both, or neither and both in the environment",
        )
