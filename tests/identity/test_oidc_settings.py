"""The provider as people set it up: what is readable, what is refused, and which places lead nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.app.signing_in import hosts_of, provider_of
from tocsin.identity.oidc import Provider, RoleTable
from tocsin.identity.oidc.accounts import readable_name
from tocsin.identity.oidc.flow import place
from tocsin.identity.oidc.roles import values
from tocsin.identity.people import _NAME
from tocsin.kernel.errors import Misconfigured
from tocsin.settings import Http, Identity, Settings

TABLE = """
[soc-operators]
police = ["operator"]
["/city/it"]
it-soc = ["cyber", "analyst"]
police = ["analyst"]
"""
#: at a provider that is set up rightly
RIGHT: dict[str, Any] = {
    "oidc_issuer": "https://login.city.example/realms/city",
    "oidc_client_id": "tocsin",
    "oidc_secret_file": "client-secret",
}


PUBLIC = "https://tocsin.city.example"


def settings(public_url: str = PUBLIC, **given: Any) -> Settings:
    return Settings(http=Http(public_url=public_url), identity=Identity(**given))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "sign-in.toml").write_text(TABLE)
    (tmp_path / "client-secret").write_text("a secret\n")
    (tmp_path / "client-secret").chmod(0o600)
    return tmp_path


def test_no_issuer_no_provider(tmp_path: Path) -> None:
    assert provider_of(tmp_path, Settings()) is None


def test_a_provider_from_the_settings(state: Path) -> None:
    made = provider_of(state, settings(**RIGHT))
    assert made is not None
    assert made.secret == "a secret"
    assert "a secret" not in repr(made)
    assert made.title == "login.city.example"
    assert made.redirect_uri == "https://tocsin.city.example/api/v1/session/oidc/callback"
    assert made.roles.given({"groups": ["soc-operators"]}, "groups") == {("police", "operator")}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"oidc_issuer": "http://login.city.example"}, "must be https"),
        ({"public_url": ""}, "must be https"),
        ({"public_url": "http://tocsin.city.example"}, "must be https"),
        ({"oidc_client_id": ""}, "knows its clients by an id"),
        ({"oidc_algorithms": "RS256 none"}, "not a signature"),
        ({"oidc_algorithms": "HS256"}, "not a signature"),
        ({"oidc_algorithms": " "}, "not a signature"),
        ({"oidc_scopes": "profile"}, "scope openid"),
        ({"oidc_roles_file": "gone.toml"}, "cannot be read"),
        ({"oidc_secret_file": "gone"}, "cannot be read"),
    ],
)
def test_what_is_unfit_is_refused_at_start(state: Path, wrong: dict[str, str], said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        provider_of(state, settings(**{**RIGHT, **wrong}))


def test_a_secret_that_others_can_read_is_refused(state: Path) -> None:
    (state / "client-secret").chmod(0o644)
    with pytest.raises(Misconfigured, match="others can read"):
        provider_of(state, settings(**RIGHT))


@pytest.mark.parametrize(
    ("toml", "field"),
    [
        ("[a\n", None),
        ('a = "operator"', "a"),
        ("[a]", "a"),
        ("[a]\npolice = 'operator'", "a.police"),
        ("[a]\npolice = []", "a.police"),
        ("[a]\npolice = ['king']", "a.police"),
        ("[a]\npolice = [7]", "a.police"),
    ],
)
def test_a_table_that_is_not_understood_is_refused_by_place(toml: str, field: str | None) -> None:
    with pytest.raises(Misconfigured) as refusal:
        RoleTable.parse(toml, "sign-in.toml")
    assert refusal.value.field == field
    assert "sign-in.toml" in str(refusal.value)


def test_an_empty_table_lets_nobody_in_and_is_refused() -> None:
    with pytest.raises(Misconfigured, match="nobody could sign in"):
        Provider(
            issuer="https://a.example",
            client_id="x",
            public_url="https://b.example",
            roles=RoleTable.parse(""),
        )


@pytest.mark.parametrize(
    ("claims", "claim", "found"),
    [
        ({"groups": ["a", "b"]}, "groups", ("a", "b")),
        ({"groups": "a b"}, "groups", ("a b",)),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ("a",)),
        ({"https://city.example/groups": ["a"]}, "https://city.example/groups", ("a",)),
        ({"groups": ["a", 7, None, {"b": 1}]}, "groups", ("a",)),
        ({"groups": {"a": True}}, "groups", ()),
        ({"groups": None}, "groups", ()),
        ({"realm_access": ["roles"]}, "realm_access.roles", ()),
        ({}, "groups", ()),
    ],
)
def test_the_values_of_a_claim(claims: dict[str, Any], claim: str, found: tuple[str, ...]) -> None:
    assert values(claims, claim) == found


def test_claims_add_up() -> None:
    table = RoleTable.parse(TABLE)
    assert table.given({"groups": ["/city/it", "soc-operators", "others"]}, "groups") == {
        ("police", "operator"),
        ("police", "analyst"),
        ("it-soc", "cyber"),
        ("it-soc", "analyst"),
    }


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_a_provider_calls_people_their_name_can_be_one(said: str, sub: str) -> None:
    assert _NAME.fullmatch(readable_name({"preferred_username": said, "sub": sub}, "preferred_username"))


def test_names_read_as_they_are() -> None:
    assert readable_name({"preferred_username": "ann.smith"}, "preferred_username") == "ann.smith"
    assert readable_name({"email": "ann@city.example"}, "preferred_username") == "ann@city.example"
    assert readable_name({"preferred_username": "Ann Åberg"}, "preferred_username") == "Ann-berg"


@given(st.text(max_size=60))
def test_a_place_is_always_here(said: str) -> None:
    """As a browser resolves it against our own address (RFC 3986, 5.2): the host stays ours."""
    from urllib.parse import urljoin, urlsplit

    for go_to in (said, "/" + said):
        target = urlsplit(urljoin("https://tocsin.example/api/", place(go_to).replace("\\", "/")))
        assert (target.scheme, target.netloc) == ("https", "tocsin.example")


def test_places_of_the_console_are_kept() -> None:
    for kept in ("/", "/incident/INC-014", "/alerts/AL-0387", "/sensors/urn:ngsi-ld:Camera:c%201"):
        assert place(kept) == kept
    for lost in (None, "", "//evil.example", "/\\evil", "/api/v1/alerts", "https://evil.example"):
        assert place(lost) == "/"


def test_the_public_name_is_a_name_of_this_door() -> None:
    own = frozenset({"127.0.0.1"})
    assert hosts_of(own, "https://tocsin.city.example:8443/") == {"127.0.0.1", "tocsin.city.example"}
    assert hosts_of(own, "") == own
    assert hosts_of(frozenset(), "https://tocsin.city.example") == frozenset(), "any name stays any name"
