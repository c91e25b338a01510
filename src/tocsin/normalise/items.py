"""One raw envelope in, what became of each item out: every item is in exactly one of the two lists."""

from __future__ import annotations

import traceback

import msgspec
import structlog

from tocsin.kernel.errors import Unavailable
from tocsin.kernel.events import Observation, Quarantined, RawBatch, RawItem
from tocsin.normalise.formats import Formats, Understand
from tocsin.normalise.observe import Observer
from tocsin.normalise.text import shown
from tocsin.privacy.seal import Seal
from tocsin.sdk.reading import Refused, Rule

#: one reading; nothing that a city's sensor says is longer
MAX_BYTES = 1024 * 1024

log = structlog.get_logger(__name__)


class Items:
    """Pure but for the mappings that ``formats`` reads, the log of defects and the keys of ``seal``.

    ``seal``: raw bytes of what was not understood may name anybody, so they go on unreadable; None leaves
    them.
    """

    def __init__(self, observer: Observer, formats: Formats, seal: Seal | None = None) -> None:
        self._observer = observer
        self._formats = formats
        self._seal = seal

    def of(self, batch: RawBatch) -> tuple[list[Observation], list[Quarantined]]:
        observations: list[Observation] = []
        quarantined: list[Quarantined] = []
        if not batch.items:
            return observations, quarantined
        understand = self._reader(batch.format)
        again = None
        if any(item.retry_of for item in batch.items):
            again = self._reader(batch.format, newest=True)
        observe, source, accepted_at = self._observer.observe, batch.source, batch.accepted_at
        for item in batch.items:
            try:
                reader = again if again is not None and item.retry_of else understand
                if isinstance(reader, Refused):
                    raise reader
                if len(item.payload) > MAX_BYTES:
                    raise Refused(
                        Rule.TOO_LARGE,
                        f"{len(item.payload)} bytes",
                        cure=f"a reading has at most {MAX_BYTES} bytes",
                    )
                observations.append(
                    observe(
                        reader(item.payload), source=source, accepted_at=accepted_at, retry_of=item.retry_of
                    )
                )
            except Refused as refused:
                quarantined.append(self._quarantine(item, batch, refused))
            except Unavailable:
                raise  # no key can be written: nothing goes on unprotected
            except Exception as error:  # noqa: BLE001 - a stranger's mapper may raise anything
                # Where it happened, never its words: they may quote the reading.
                log.error(
                    "reading_defect", source=source, format=batch.format, item=item.id,
                    error=type(error).__name__, where=_where(error),
                )  # fmt: skip
                defect = Refused(
                    Rule.DEFECT,
                    f"a defect here: {type(error).__name__}",
                    cure="report it, retry after an update",
                )
                quarantined.append(self._quarantine(item, batch, defect))
        return observations, quarantined

    def _quarantine(self, item: RawItem, batch: RawBatch, refused: Refused) -> Quarantined:
        made = _quarantine(item, batch.format, refused)
        if self._seal is None:
            return made
        sealed = self._seal.close(item.payload, batch.accepted_at, batch.accepted_at)
        return msgspec.structs.replace(made, payload=sealed)

    def _reader(self, format_: str, *, newest: bool = False) -> Understand | Refused:
        try:
            return self._formats.of(format_, newest=newest)
        except Refused as refused:
            return refused


def _quarantine(item: RawItem, format_: str, refused: Refused) -> Quarantined:
    return Quarantined(
        id=item.id,
        payload=item.payload,
        reason=shown(refused.message)[0],
        format=format_,
        device=item.device,
        field=shown(refused.field)[0] if refused.field else None,
        cure=refused.cure,
        retry_of=item.retry_of,
    )


def _where(error: BaseException) -> list[str]:
    return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]]
