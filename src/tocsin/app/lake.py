"""The process *lake*: the city as it was, and its upkeep."""

from __future__ import annotations

from tocsin.app.hosting import House, Place
from tocsin.kernel.ports import Bus
from tocsin.lake.desk import HistoryDesk
from tocsin.lake.duties import Duties
from tocsin.lake.history import History
from tocsin.lake.ledger import ledger_database
from tocsin.lake.stage import Lake


async def compose(place: Place, bus: Bus) -> House:
    settings, folder = place.settings.lake, place.state / "lake"
    ledger = ledger_database(place.state)
    lake = Lake(bus, ledger, folder, flush_s=settings.flush_s)
    duties = Duties(
        ledger,
        folder,
        compact_every_s=settings.compact_every_s,
        # recorded days are old by nature: age is a reason to forget in the live realm only
        retention_days=settings.retention_days if place.live else 0,
    )
    history = History(folder)

    def close() -> None:
        history.close()
        ledger.close()

    return House([lake, duties, HistoryDesk(bus, history)], close)
