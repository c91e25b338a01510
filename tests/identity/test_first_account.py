"""The first account under a name of the city's own choosing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.identity.conftest import SetClock

from tocsin.identity.identity import Identity
from tocsin.kernel.errors import Invalid


async def test_the_first_account_bears_the_name_it_is_given_and_may_administer(identity: Identity) -> None:
    assert identity.people.eldest() is None
    made = identity.people.first_account("anna")
    assert made is not None
    assert made[0] == "anna"
    held = {(m.organisation, m.role) for m in await identity.organisations.memberships("anna")}
    assert held == {("control-room", "administrator"), ("control-room", "operator")}


def test_the_oldest_account_is_known_also_when_another_comes_first_by_name(
    identity: Identity, clock: SetClock
) -> None:
    assert identity.people.first_account("zoe") is not None
    clock.pass_(timedelta(seconds=1))
    identity.people.add_now("anna", "control-room", "operator", by="zoe")
    assert identity.people.first_account("bea") is None
    assert identity.people.eldest() == "zoe"


def test_nobody_can_sign_in_under_a_name_with_a_space(identity: Identity) -> None:
    with pytest.raises(Invalid, match="not a name to sign in with"):
        identity.people.first_account("Anna Rossi")
    assert identity.people.eldest() is None
