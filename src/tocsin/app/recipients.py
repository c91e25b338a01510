"""Who outside of the rooms is told something by this installation, from its settings (GDPR Art 30(1)(d))."""

from __future__ import annotations

from tocsin.app.hosting import Place
from tocsin.privacy.register import Recipient


def outside(place: Place) -> tuple[Recipient, ...]:
    """Mail server, push services, readers of the warnings' feed: those that are set up here. An exercise
    tells nobody. Webhooks stand in the database: ``api/commands/privacy.systems``.
    """
    if not place.live:
        return ()
    wanted = place.settings.notify
    found = []
    if wanted.smtp_host:
        words = "Passes on messages to people of the city: mail address, what, how grave, headline, link."
        found.append(Recipient("mail", wanted.smtp_host, "mail server", purpose=words))
    if wanted.push_contact:
        words = "Pass on encrypted messages to browsers; learn when which browser gets one, not what it says."
        found.append(Recipient("push", "Push services of browsers' makers", "push service", purpose=words))
    words = "Read public warnings: area, instruction, who warns and whom to ask. No person is named in them."
    found.append(Recipient("cap", "Readers of the CAP feed", "the public", purpose=words))
    return tuple(found)
