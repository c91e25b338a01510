"""Every setting, once: name, unit, default, meaning. Read at start; objects are given values, not settings.

Sources, later ones win: the defaults here, ``tocsin.toml`` in the state folder, variables of the environment
(``TOCSIN_HTTP_PORT=8480`` sets ``http.port``), options of the command. Unknown keys are refused.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import Field, dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tocsin.kernel.errors import Misconfigured


def _setting(default: Any, unit: str, means: str) -> Any:
    return field(default=default, metadata={"unit": unit, "means": means})


@dataclass(frozen=True, slots=True)
class City:
    name: str = _setting("", "text", "what the city is called on its screens")
    zone: str = _setting("UTC", "IANA zone", "local time of screens and of tools that learn the day")
    languages: str = _setting(
        "",
        "words",
        "its languages (en it nb pt), the first that of people who chose none; the public page and warnings "
        "speak all of them; empty: English, and on screens the browser's",
    )
    tenant: str = _setting("", "name", "NGSI-LD tenant whose data this is; empty: of none")
    place: str = _setting("", "lon,lat", "its middle, in degrees, where maps of it begin: 11.8768,45.4064")
    holidays: str = _setting(
        "",
        "country",
        "or region whose public holidays analyses keep (FI, AU-VIC); empty: of the zone's country",
    )


@dataclass(frozen=True, slots=True)
class Http:
    host: str = _setting("127.0.0.1", "address", "where the console and the API listen")
    port: int = _setting(8480, "port", "their port; 0 takes a free one")
    public_url: str = _setting(
        "", "URL", "address of this installation for people and the public, if another"
    )
    body_limit_mb: int = _setting(10, "MB", "largest request body that is read")


@dataclass(frozen=True, slots=True)
class Bus:
    port: int = _setting(0, "port", "the bus itself; 0 takes a free one")
    host: str = _setting("127.0.0.1", "address", "where the bus and its MQTT gateway listen")
    mqtt_port: int = _setting(0, "port", "the MQTT gateway; 0 takes a free one")
    store_gb: int = _setting(8, "GB", "most that all streams together may hold on disk")
    keep_h: float = _setting(1.0, "h", "how long messages stay that every reader has committed")
    servers: str = _setting(
        "",
        "URLs",
        "nodes of a NATS cluster of one's own, with blanks between: nats://bus-a:4222 nats://bus-b:4222 "
        "nats://bus-c:4222; empty: a server that is started with the city",
    )
    ca_file: str = _setting(
        "", "file", "certificate of who signed theirs, in the state folder; empty: no TLS is spoken"
    )
    replicas: int = _setting(1, "nodes", "of theirs that hold each message: 1, 3 or 5")


@dataclass(frozen=True, slots=True)
class Database:
    url: str = _setting(
        "",
        "URL",
        "a PostgreSQL that keeps decisions and the city as it is: postgresql://tocsin@db.example/tocsin; "
        "empty: files in the state folder",
    )
    password_file: str = _setting("", "file", "its password, in the state folder, readable by us alone")


@dataclass(frozen=True, slots=True)
class Lake:
    flush_s: float = _setting(2.0, "s", "longest that a reading waits for its Delta commit")
    compact_every_s: float = _setting(600.0, "s", "how often small files of a day are put together")
    retention_days: int = _setting(400, "days", "readings older than this are deleted; 0 keeps all")
    retention: str = _setting(
        "",
        "Type=days",
        "classes of readings with a term of their own, the first that fits: WeatherObserved=90 "
        "Vehicle*.speed=30 AirQuality*=0; 0 keeps; personal data goes by privacy.toml in any case",
    )
    url: str = _setting(
        "",
        "URL",
        "S3-compatible storage that keeps the readings: s3://bucket/prefix; empty: the state folder",
    )
    endpoint: str = _setting("", "URL", "its address where it is not Amazon's: https://s3.city.example")
    region: str = _setting("us-east-1", "region", "of the bucket")
    key_id: str = _setting(
        "",
        "text",
        "access key there; empty: that of the environment (AWS_ACCESS_KEY_ID and its like)",
    )
    secret_file: str = _setting("", "file", "its secret, in the state folder, readable by us alone")
    copies_gb: int = _setting(
        20, "GB", "copies of files in that storage, for reading, may take on this machine"
    )
    sql_memory_mb: int = _setting(512, "MB", "one SQL query may take; each runs in a process of its own")
    sql_at_once: int = _setting(2, "queries", "in SQL at the same time; further ones wait")
    sql_threads: int = _setting(1, "threads", "of one SQL query")
    sql_rows: int = _setting(100_000, "rows", "one SQL query may answer")
    sql_seconds: float = _setting(60.0, "s", "one SQL query may take")
    sql_answer_mb: int = _setting(16, "MiB", "one SQL query may answer")


@dataclass(frozen=True, slots=True)
class Runner:
    hard_limit_s: float = _setting(10.0, "s", "a tool's call longer than this ends its process")
    snapshot_s: float = _setting(15.0, "s", "between two snapshots of a tool")
    tools_dir: str = _setting("", "folder", "one more folder of tool folders, beside installed packages")


@dataclass(frozen=True, slots=True)
class Identity:
    session_idle_h: float = _setting(12.0, "h", "a session unused for so long ends")
    session_max_h: float = _setting(24.0, "h", "a session ends after so long in any case")
    oidc_issuer: str = _setting("", "URL", "OpenID provider to sign in at; empty: names and passwords alone")
    oidc_name: str = _setting("", "text", "what its button says; empty: the provider's host name")
    oidc_client_id: str = _setting("", "text", "under which id the provider knows this installation")
    oidc_secret_file: str = _setting(
        "", "file", "holds the client's secret; empty: public client (PKCE alone)"
    )
    oidc_scopes: str = _setting("openid profile", "words", "what is asked of the provider")
    oidc_algorithms: str = _setting("RS256 ES256", "words", "signatures that an id token may carry")
    oidc_name_claim: str = _setting("preferred_username", "claim", "which claim names a new account")
    oidc_roles_claim: str = _setting(
        "groups", "claim", "which claim gives roles; realm_access.roles is a path"
    )
    oidc_roles_file: str = _setting(
        "sign-in.toml", "file", "what each of its values gives, in the state folder"
    )

    @property
    def idle(self) -> timedelta:
        return timedelta(hours=self.session_idle_h)

    @property
    def longest(self) -> timedelta:
        return timedelta(hours=self.session_max_h)


@dataclass(frozen=True, slots=True)
class Audit:
    keep_days: int = _setting(400, "days", "the record of actions and reads is kept so long; at least 183")
    sign_every_s: float = _setting(60.0, "s", "longest that a new row of it waits for a signature")


@dataclass(frozen=True, slots=True)
class Evidence:
    picture_mb: int = _setting(25, "MB", "largest picture that is kept as evidence")
    file_mb: int = _setting(500, "MB", "largest clip or document that is kept as evidence")
    quota_gb: int = _setting(50, "GB", "most that all evidence together may hold on disk")


@dataclass(frozen=True, slots=True)
class Privacy:
    period: str = _setting("month", "day, week or month", "after so long new values get other pseudonyms")
    keys_keep_days: int = _setting(7, "days", "a key of pseudonyms is destroyed so long after its period")
    raw_keep_min: float = _setting(10.0, "min", "how long raw messages stay once they are normalised")
    quarantine_days: int = _setting(14, "days", "raw bytes that were not understood are readable so long")
    forget_every_s: float = _setting(3600.0, "s", "how often personal data past its term is deleted")
    epsilon_release: float = _setting(0.5, "epsilon", "privacy loss of one published set of counts")
    epsilon_day: float = _setting(2.0, "epsilon", "most privacy loss for all that is published of one day")
    controller: str = _setting("", "text", "who is responsible (GDPR Art 4(7)): name and address")
    contact: str = _setting("", "text", "how the controller is reached")
    officer: str = _setting("", "text", "data protection officer and how to reach them (GDPR Art 37)")


@dataclass(frozen=True, slots=True)
class Alerts:
    longest_shelf_h: float = _setting(168.0, "h", "nobody puts an alert aside for longer in one go")

    @property
    def longest_shelf(self) -> timedelta:
        return timedelta(hours=self.longest_shelf_h)


@dataclass(frozen=True, slots=True)
class Notify:
    smtp_host: str = _setting("", "host", "mail server; empty: no mail is sent")
    smtp_port: int = _setting(587, "port", "its port")
    smtp_security: str = _setting("starttls", "way", "starttls, tls (from the first byte), or none")
    smtp_from: str = _setting("", "address", "whom mail is from, as in Tocsin <tocsin@city.example>")
    smtp_user: str = _setting("", "name", "account at the mail server; empty: none is asked for")
    smtp_password_file: str = _setting("", "file", "its password, in the state folder, readable by us alone")
    smtp_ca_file: str = _setting("", "file", "certificate of who signed the server's, in the state folder")
    smtp_timeout_s: float = _setting(20.0, "s", "longest that one mail may take")
    email_domains: str = _setting("", "domains", "mail goes to addresses there alone; empty: anywhere")
    webhook_timeout_s: float = _setting(10.0, "s", "longest that a webhook or push service may take")
    webhook_hosts: str = _setting("", "hosts", "named inner hosts that webhooks may lead to, also by http")
    push_contact: str = _setting("", "URL", "mailto: or https: for push services; empty: no pushes")
    burst: int = _setting(5, "messages", "so many at one address within the window, more go as a digest")
    window_min: float = _setting(10.0, "min", "the window that bursts are counted in")
    give_up_h: float = _setting(24.0, "h", "a message that nobody takes is given up after so long")
    keep_days: int = _setting(90, "days", "the ledger of messages is kept so long")


@dataclass(frozen=True, slots=True)
class Observe:
    log_level: str = _setting("info", "level", "debug, info, warning or error")
    log_format: str = _setting("json", "format", "json, or console for people")


@dataclass(frozen=True, slots=True)
class Public:
    complaints: str = _setting("", "text", "where people complain to the city: office, address")
    authority: str = _setting("", "text", "supervisory authority (GDPR Art 77): name, address")
    visits_per_min: int = _setting(300, "1/min", "most calls of the public page from one address")


@dataclass(frozen=True, slots=True)
class Warnings:
    sender: str = _setting(
        "", "name", "who warns, unique in the world, as in cap@city.example; empty: made up"
    )
    sender_name: str = _setting("", "text", "who warns, as people call them; empty: the city's name")
    contact: str = _setting("", "text", "whom the public may ask, in every warning")
    web: str = _setting("", "URL", "page with more to read, in every warning")
    languages: str = _setting(
        "", "words", "languages that every warning must speak, also others than ours; empty: the city's"
    )
    feeds: str = _setting("", "URLs", "CAP feeds (Atom, RSS) of other authorities that are listened to")


@dataclass(frozen=True, slots=True)
class Feeds:
    contact: str = _setting(
        "", "address", "whom services that we ask may write to, sent with each call; some refuse us without"
    )


@dataclass(frozen=True, slots=True)
class Edges:
    host: str = _setting("", "address", "where boxes at the edge connect (TLS); empty: none may")
    port: int = _setting(7422, "port", "their port; 0 takes a free one")
    address: str = _setting(
        "",
        "names",
        "names and addresses that boxes reach us by, the first is told to them; empty: edges.host",
    )

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.address.split()) or (self.host,)


@dataclass(frozen=True, slots=True)
class Edge:
    tools: str = _setting("", "tools", "at a box: detectors that run on it, by name; empty: none")
    keep_s: float = _setting(30.0, "s", "at a box: how long messages stay that the centre has")


@dataclass(frozen=True, slots=True)
class Subscriptions:
    hosts: str = _setting("", "hosts", "named inner hosts that notifications may go to")
    timeout_s: float = _setting(10.0, "s", "longest that a receiver may take, where it states none itself")
    keep_h: float = _setting(24.0, "h", "changes are kept so long: for receivers that are away, for replay")
    keep_changes: int = _setting(250_000, "changes", "and at most so many")
    patience_min: float = _setting(10.0, "min", "one that fails for longer is said on the status wall")


@dataclass(frozen=True, slots=True)
class Contexts:
    hosts: str = _setting("", "hosts", "named inner hosts that an @context may be fetched from")


@dataclass(frozen=True, slots=True)
class Queries:
    processes: int = _setting(
        2, "processes", "that read NGSI-LD batches and answer queries; 0: the door does"
    )
    instances: int = _setting(10_000, "instances", "of history in one answer, which says where it ended")


@dataclass(frozen=True, slots=True)
class Settings:
    city: City = City()
    http: Http = Http()
    bus: Bus = Bus()
    database: Database = Database()
    lake: Lake = Lake()
    runner: Runner = Runner()
    identity: Identity = Identity()
    audit: Audit = Audit()
    evidence: Evidence = Evidence()
    alerts: Alerts = Alerts()
    observe: Observe = Observe()
    privacy: Privacy = Privacy()
    public: Public = Public()
    notify: Notify = Notify()
    warnings: Warnings = Warnings()
    feeds: Feeds = Feeds()
    edges: Edges = Edges()
    edge: Edge = Edge()
    subscriptions: Subscriptions = Subscriptions()
    contexts: Contexts = Contexts()
    queries: Queries = Queries()


def listing() -> list[tuple[str, object, str, str]]:
    """All settings as (``section.name``, default, unit, meaning), in the order written here."""
    return [
        (f"{section.name}.{entry.name}", entry.default, entry.metadata["unit"], entry.metadata["means"])
        for section in fields(Settings)
        for entry in fields(section.default)  # type: ignore[arg-type]
    ]


def load(state_dir: Path, overrides: dict[str, object] | None = None) -> Settings:
    """Settings of one installation. Raises ``Misconfigured`` naming the key, its value and the cure."""
    given: dict[str, object] = {}
    file = state_dir / "tocsin.toml"
    if file.exists():
        try:
            table = tomllib.loads(file.read_text())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Misconfigured(f"{file} is not valid TOML: {error}", cure="mend that line") from error
        for section, entries in table.items():
            if not isinstance(entries, dict):
                raise Misconfigured(f"{file}: {section} is no section", field=section, cure=f"[{section}]")
            given.update({f"{section}.{name}": value for name, value in entries.items()})
    known = {name: name for name, *_ in listing()}
    for name in known:
        variable = "TOCSIN_" + name.replace(".", "_").upper()
        if variable in os.environ:
            given[name] = os.environ[variable]
    given.update(overrides or {})
    if unknown := sorted(set(given) - set(known)):
        raise Misconfigured(
            "unknown setting",
            field=unknown[0],
            value=given[unknown[0]],
            cure="see docs/reference/settings.md",
        )
    return _build(given)


def _build(given: dict[str, object]) -> Settings:
    sections: dict[str, Any] = {}
    for section in fields(Settings):
        default: Any = section.default
        changed: dict[str, Any] = {
            entry.name: _convert(f"{section.name}.{entry.name}", given[f"{section.name}.{entry.name}"], entry)
            for entry in fields(default)
            if f"{section.name}.{entry.name}" in given
        }
        sections[section.name] = replace(default, **changed)
    return Settings(**sections)


def _convert(name: str, value: object, entry: Field[Any]) -> object:
    want = type(entry.default)
    if want is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, want) and not (isinstance(value, bool) and want is not bool):
        return value
    if isinstance(value, str) and want in (int, float):
        try:
            return want(value)
        except ValueError:
            pass
    raise Misconfigured(
        f"setting has the wrong type; {entry.metadata['means']}",
        field=name,
        value=value,
        cure=f"give {want.__name__} in {entry.metadata['unit']}, for example {entry.default!r}",
    )
