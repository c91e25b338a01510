"""The process *lake*: the city as it was, and its upkeep."""

from __future__ import annotations

from tocsin.app.databases import ops_db
from tocsin.app.hosting import House, Place
from tocsin.app.lake_asked import desk_parts, retention
from tocsin.app.lakes import lake_home
from tocsin.app.protecting import known_attributes
from tocsin.kernel.ports import Bus, Stage
from tocsin.lake.asking import LakeDesk
from tocsin.lake.counting import CountDesk
from tocsin.lake.desk import HistoryDesk
from tocsin.lake.duties import Duties
from tocsin.lake.forgetting import LakeShelf, QuarantineShelf
from tocsin.lake.history import History
from tocsin.lake.ledger import ledger_database
from tocsin.lake.stage import Lake
from tocsin.lake.temporal.desk import TemporalDesk
from tocsin.lake.temporal.dropping import Dropping
from tocsin.lake.temporal.teller import Temporal
from tocsin.normalise.models import read_models
from tocsin.privacy.classes import city_classes
from tocsin.privacy.forgetting import Forgetting
from tocsin.privacy.forgetting import Shelf as Forgetful

#: seconds that a question of NGSI-LD may take, where the settings allow as many
_TEMPORAL_S = 20.0


async def compose(place: Place, bus: Bus) -> House:
    settings, folder = place.settings.lake, lake_home(place)
    ledger = ledger_database(place.state)
    lake = Lake(bus, ledger, folder, flush_s=settings.flush_s)
    duties = Duties(
        ledger,
        folder,
        compact_every_s=settings.compact_every_s,
        # recorded days are old by nature: age is a reason to forget in the live realm only
        retention_days=settings.retention_days if place.live else 0,
        retention=retention(place) if place.live else None,
    )
    history, ops, privacy = History(folder), ops_db(place), place.settings.privacy
    asked = desk_parts(place, ledger, lake.forget)
    temporal = Temporal(folder, lake, most_s=min(settings.sql_seconds, _TEMPORAL_S))
    stages: list[Stage] = [
        lake,
        duties,
        HistoryDesk(bus, history),
        CountDesk(bus, history),
        LakeDesk(bus, *asked),
        TemporalDesk(bus, temporal, Dropping(folder, lake)),
    ]
    if place.live:
        shelves: list[Forgetful] = [
            LakeShelf(folder, city_classes(place.state), known_attributes(read_models())),
            QuarantineShelf(ledger, privacy.quarantine_days),
        ]
        stages.append(Forgetting("privacy-lake", ops, shelves, every_s=privacy.forget_every_s))

    def close() -> None:
        asked[1].close()
        history.close()
        temporal.close()
        ledger.close()
        ops.close()

    return House(stages, close)
