"""The NGSI-LD interface put together: on the context's database, behind the same shield as readings."""

from __future__ import annotations

from tocsin.app.hosting import Place
from tocsin.app.notifications import inner_hosts
from tocsin.app.protecting import known_attributes, open_sources, pseudonym_keys
from tocsin.db import Database
from tocsin.kernel.clock import Clock
from tocsin.ngsi.broker import Broker
from tocsin.ngsi.jsonld.remote import Remote
from tocsin.ngsi.store.protect import SOURCE, Protect
from tocsin.ngsi.temporal.evolution import Evolution
from tocsin.ngsi.tenant import stated_tenant
from tocsin.normalise.models import read_models
from tocsin.privacy.classes import city_classes
from tocsin.privacy.shield import Shield
from tocsin.sdk.source import find_sources


def broker(place: Place, context: Database, clock: Clock, evolution: Evolution | None = None) -> Broker:
    """Attributes that no model and no rule of the city knows pass as they are: whoever has a token to write
    through this interface answers for them. What a class names is kept as a pseudonym, as from any source.
    """
    shield = Shield(
        city_classes(place.state),
        pseudonym_keys(place),
        known=known_attributes(read_models()),
        open_sources={*open_sources(find_sources()), SOURCE},
    )
    return Broker.of(
        context,
        clock,
        protect=Protect(shield),
        evolution=evolution,
        fetch=Remote(allowed=inner_hosts(place.settings.contexts.hosts)),
        notifiable=inner_hosts(place.settings.subscriptions.hosts),
        journaled=place.live,
        workers=place.settings.queries.processes,
        tenant=stated_tenant(place.settings.city.tenant),
    )
