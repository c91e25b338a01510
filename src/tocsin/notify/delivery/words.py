"""What a message says: subject and text, in the recipient's language. No name of a person stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from urllib.parse import quote

from tocsin.kernel.languages import Language
from tocsin.kernel.text import clean
from tocsin.notify.delivery.model import Delivery

SUBJECT_CHARS = 180
#: of ``policy.ROLES``, and the page of theirs (``console/src/live/field/place.ts``)
RESPONDER, FIELD = "field responder", "/field"


@dataclass(frozen=True, slots=True)
class Message:
    """Plain text. ``link`` leads to the thing in the console, where the door asks who looks.

    ``title`` and ``body``: the same in a few words, for a notice on a screen.
    """

    subject: str
    text: str
    link: str
    title: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Tongue:
    """``acts``: kind and act, or kind alone, to words with ``{object}``. ``more``: of a digest."""

    severity: dict[str, str]
    acts: dict[str, str]
    more: str
    test: str
    test_text: str
    open_it: str
    raised: str
    change: str
    confirm: str
    code: str


_EN = Tongue(
    severity={"critical": "critical", "high": "high", "medium": "medium", "low": "low"},
    acts={
        "alert": "Alert {object}",
        "incident": "Incident {object}",
        "task": "Task for your role in {object}",
        "task.overdue": "Overdue task in {object}",
        "escalation": "Overdue task in {object}",
        "escalation.unacknowledged": "Nobody acknowledged alert {object}",
        "access.asked": "Another room asks for access ({object})",
        "access.granted": "Access was granted ({object})",
        "access.refused": "Access was refused ({object})",
        "warning": "Public warning {object}",
        "warning.submitted": "Public warning {object} waits for your approval",
        "warning.refused": "Your public warning {object} was refused",
        "warning.issued": "Public warning {object} went out",
        "warning.updated": "Public warning {object} updates the one before",
        "warning.cancelled": "Public warning {object} says that it is over",
        "warning.expiring": "Public warning {object} ends in a few minutes",
        "warning.expired": "Public warning {object} has ended",
    },
    more="{count} more in the queue",
    test="Test message",
    test_text="This is the test message that you asked for. It works.",
    open_it="Open it",
    raised="Time",
    change="You get this by your own rules. Change them in your account.",
    confirm="Confirm this address",
    code="Somebody wants Tocsin to send messages here. If it was you, the code is {code}.",
)
_IT = Tongue(
    severity={"critical": "critico", "high": "alto", "medium": "medio", "low": "basso"},
    acts={
        "alert": "Allarme {object}",
        "incident": "Incidente {object}",
        "task": "Compito per il tuo ruolo in {object}",
        "task.overdue": "Compito scaduto in {object}",
        "escalation": "Compito scaduto in {object}",
        "escalation.unacknowledged": "Nessuno ha preso in carico l'allarme {object}",
        "access.asked": "Un'altra sala chiede accesso ({object})",
        "access.granted": "Accesso concesso ({object})",
        "access.refused": "Accesso negato ({object})",
        "warning": "Allerta alla popolazione {object}",
        "warning.submitted": "L'allerta alla popolazione {object} aspetta la tua approvazione",
        "warning.refused": "La tua allerta alla popolazione {object} è stata respinta",
        "warning.issued": "L'allerta alla popolazione {object} è stata diramata",
        "warning.updated": "L'allerta alla popolazione {object} aggiorna la precedente",
        "warning.cancelled": "L'allerta alla popolazione {object} comunica il cessato allarme",
        "warning.expiring": "L'allerta alla popolazione {object} scade tra pochi minuti",
        "warning.expired": "L'allerta alla popolazione {object} è scaduta",
    },
    more="{count} altri in coda",
    test="Messaggio di prova",
    test_text="Questo è il messaggio di prova che hai chiesto. Funziona.",
    open_it="Apri",
    raised="Ora",
    change="Ricevi questo messaggio secondo le tue regole. Cambiale nel tuo account.",
    confirm="Conferma questo indirizzo",
    code="Qualcuno vuole ricevere qui i messaggi di Tocsin. Se sei tu, il codice è {code}.",
)
_NB = Tongue(
    severity={"critical": "kritisk", "high": "høy", "medium": "middels", "low": "lav"},
    acts={
        "alert": "Varsel {object}",
        "incident": "Hendelse {object}",
        "task": "Oppgave for din rolle i {object}",
        "task.overdue": "Forfalt oppgave i {object}",
        "escalation": "Forfalt oppgave i {object}",
        "escalation.unacknowledged": "Ingen har kvittert varsel {object}",
        "access.asked": "Et annet kontrollrom ber om tilgang ({object})",
        "access.granted": "Tilgang ble gitt ({object})",
        "access.refused": "Tilgang ble avslått ({object})",
        "warning": "Befolkningsvarsel {object}",
        "warning.submitted": "Befolkningsvarsel {object} venter på din godkjenning",
        "warning.refused": "Befolkningsvarselet ditt {object} ble avvist",
        "warning.issued": "Befolkningsvarsel {object} er sendt ut",
        "warning.updated": "Befolkningsvarsel {object} oppdaterer det forrige",
        "warning.cancelled": "Befolkningsvarsel {object} melder at faren er over",
        "warning.expiring": "Befolkningsvarsel {object} utløper om få minutter",
        "warning.expired": "Befolkningsvarsel {object} er utløpt",
    },
    more="{count} til i køen",
    test="Testmelding",
    test_text="Dette er testmeldingen du ba om. Den virker.",
    open_it="Åpne",
    raised="Tid",
    change="Du får dette etter dine egne regler. Endre dem i kontoen din.",
    confirm="Bekreft denne adressen",
    code="Noen vil at Tocsin skal sende meldinger hit. Hvis det var deg, er koden {code}.",
)
_PT = Tongue(
    severity={"critical": "crítico", "high": "alto", "medium": "médio", "low": "baixo"},
    acts={
        "alert": "Alerta {object}",
        "incident": "Ocorrência {object}",
        "task": "Tarefa para a sua função em {object}",
        "task.overdue": "Tarefa em atraso em {object}",
        "escalation": "Tarefa em atraso em {object}",
        "escalation.unacknowledged": "Ninguém reconheceu o alerta {object}",
        "access.asked": "Outra sala pede acesso ({object})",
        "access.granted": "O acesso foi concedido ({object})",
        "access.refused": "O acesso foi recusado ({object})",
        "warning": "Aviso à população {object}",
        "warning.submitted": "O aviso à população {object} aguarda a sua aprovação",
        "warning.refused": "O seu aviso à população {object} foi recusado",
        "warning.issued": "O aviso à população {object} foi emitido",
        "warning.updated": "O aviso à população {object} atualiza o anterior",
        "warning.cancelled": "O aviso à população {object} comunica o fim do perigo",
        "warning.expiring": "O aviso à população {object} termina dentro de minutos",
        "warning.expired": "O aviso à população {object} terminou",
    },
    more="mais {count} na fila",
    test="Mensagem de teste",
    test_text="Esta é a mensagem de teste que pediu. Funciona.",
    open_it="Abrir",
    raised="Hora",
    change="Recebe isto segundo as suas próprias regras. Altere-as na sua conta.",
    confirm="Confirme este endereço",
    code="Alguém quer receber aqui as mensagens do Tocsin. Se foi você, o código é {code}.",
)
TONGUES: dict[Language, Tongue] = {"en": _EN, "it": _IT, "nb": _NB, "pt": _PT}


def compose(delivery: Delivery, base_url: str) -> Message:
    """The same words each time it is tried. ``base_url``: where people open the console."""
    tongue, notice = TONGUES[delivery.language], delivery.notice
    link = base_url.rstrip("/") + path_of(delivery)
    if notice.kind == "test" and notice.act == "code":
        said = tongue.code.format(code=notice.headline)
        return Message(_subject(tongue.confirm), f"{said}\n\n{link}\n", link)
    if notice.kind == "test":
        text = f"{tongue.test_text}\n\n{link}\n"
        return Message(_subject(tongue.test), text, link, tongue.test, tongue.test_text)
    if notice.kind == "digest":
        count = sum(number for _, number in delivery.counts)
        said = tongue.more.format(count=count)
        parts = ", ".join(f"{number} {tongue.severity[severity]}" for severity, number in delivery.counts)
        text = f"{said}: {parts}\n\n{tongue.open_it}: {link}\n\n{tongue.change}\n"
        return Message(_subject(said), text, link, said, parts)
    words = tongue.acts.get(f"{notice.kind}.{notice.act}") or tongue.acts[notice.kind]
    # a task is called by its incident: its own id says nothing to anybody
    thing = notice.object.partition("/")[0] if notice.object_kind == "task" else notice.object
    what = words.format(object=clean(thing, 80))
    # an access request has no severity of its own
    grave = "" if notice.kind == "access" else f"{tongue.severity[notice.severity]}: "
    headline = clean(dict(reversed(notice.headlines)).get(delivery.language, notice.headline), 140)
    time = f"{notice.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    lines = (f"{grave}{headline}", what, f"{tongue.raised}: {time}", "", f"{tongue.open_it}: {link}")
    subject = _subject(f"{grave}{headline} ({what})")
    text = "\n".join((*lines, "", tongue.change, ""))
    return Message(subject, text, link, f"{grave}{headline}", what)


def _subject(words: str) -> str:
    return clean(f"[Tocsin] {words}", SUBJECT_CHARS)


def path_of(delivery: Delivery) -> str:
    """Where the console shows it (``console/src/app/router.svelte.ts``)."""
    notice = delivery.notice
    incident, _, _ = notice.object.partition("/")
    match notice.object_kind:
        case "alert":
            return f"/alerts/{quote(notice.object, safe='')}"
        case "task" if notice.roles == (RESPONDER,):
            # who has tasks and no picture works on the field's page
            return f"{FIELD}/{quote(notice.object)}"
        case "incident" | "task":
            return f"/incident/{quote(incident, safe='')}"
        case "request":
            return "/requests"
        case "warning":
            return f"/warning/{quote(notice.object, safe='')}"
        case _:
            return "/account" if notice.kind == "test" else "/"
