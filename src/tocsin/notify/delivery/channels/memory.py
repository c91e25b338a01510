"""A channel that keeps what it is given, for tests and rehearsals of code; obeys the same contract."""

from __future__ import annotations

from tocsin.notify.delivery.channels import Outcome, Parcel, Sent


class MemoryChannel:
    """``answers``: what comes of the next ones, in order; then all are taken."""

    def __init__(self, *answers: Outcome) -> None:
        self.sent: list[Parcel] = []
        #: every try, taken or not
        self.tried: list[Parcel] = []
        self.answers: list[Outcome] = list(answers)
        #: while set, this comes of every one
        self.down: Outcome | None = None

    async def send(self, parcel: Parcel) -> Outcome:
        self.tried.append(parcel)
        outcome = self.down or (self.answers.pop(0) if self.answers else Sent())
        if isinstance(outcome, Sent):
            self.sent.append(parcel)
        return outcome

    async def close(self) -> None:
        return None
