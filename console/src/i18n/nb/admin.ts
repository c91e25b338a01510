import type { admin as en } from "../en/admin";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const admin: Like<typeof en> = {
  /** the first of each is the role's id: its name is in `roleNames` */
  roles: [
    ["operator", "ser og beslutter, tar imot målinger"],
    ["supervisor", "ser og beslutter, tar imot målinger"],
    ["analyst", "ser"],
    ["cyber", "ser og beslutter"],
    ["planner", "ser"],
    ["CBRN", "ser og beslutter"],
    ["decision maker", "ser og beslutter"],
    ["ethics officer", "ser, leser handlingsloggen"],
    ["field responder", "ser bare egne oppgaver"],
    ["administrator", "ser, slipper folk inn"],
  ],
  admin: {
    title: "Admin",
    parts: { people: "Personer og roller", rooms: "Organisasjoner", tokens: "Nøkler", devices: "Enheter", sessions: "Åpne økter" },
    partsLabel: "Deler av administrasjonen",
    recorded: "Det du gjør her, loggføres",
    noLeave: "Denne siden er for administratorer.",
    noLeaveWhy: "Den som administrerer organisasjonen din, kan gi deg rollen eller gjøre det du trenger.",
    people: {
      count: (n, out) => `${many(n, "person", "personer")}${out ? `, ${out} stengt ute` : ""}`,
      find: "Søk etter person", findLabel: "Søk etter person på navn", none: "Ingen her heter det.",
      person: "Person", out: "stengt ute", noRole: "ingen rolle", noSeat: "har ingen rolle noe sted og ser ingenting",
      add: "Legg til person …", addTitle: "Legg til en person", name: "Navn til innlogging", where: "Organisasjon", role: "Rolle", addDo: "Legg til",
      addWhy: "Et passord lages og vises én gang. Flere roller kan gis siden, i enhver organisasjon.",
      made: (name) => `${name} kan logge inn`,
      madeWhy: "Gi det til personen på en måte som bare de leser. Det vises bare nå og lagres ingen steder.",
      disable: "Steng ute …", disableSure: (name) => `Stenge ute ${name}? Alle åpne skjermer deres avsluttes innen 3 s.`, disableDo: "Steng ute",
      enable: "Slipp inn igjen", password: "Nytt passord …", passwordSure: (name) => `Gi ${name} nytt passord? De logges ut overalt.`, passwordDo: "Lag nytt",
      since: (day) => `konto siden ${day}`, outSince: (day) => `stengt ute siden ${day}`,
      rolesIn: "Roller i", rolesHint: "Trykk for å gi eller ta. Det gjelder straks, også på åpne skjermer.",
      grants: "Logg over roller", noGrants: "Denne personen har aldri fått noen rolle.",
      grant: (act, role, organisation) => `${role} i ${organisation} ${act === "granted" ? "gitt" : "tatt"}`, grantBy: (by) => `av ${by}`,
      choose: "Velg en person", chooseWhy: "Rollene deres, og hvem som ga dem, står her.",
    },
    rooms: {
      room: "Organisasjon", id: "Id", kind: "Type", controlRoom: "operasjonssentral", partner: "partner", people: "Personer", since: "Siden", by: "av",
      onlyFirst: "Én operasjonssentral så langt. En annen deler med den det hver av dem bestemmer å dele.",
      add: "Legg til en organisasjon", title: "Hva folk kaller den", idLabel: "Id, står i alle logger", idHint: "a-z, 0-9 og -, bokstav først; brukes aldri to ganger",
      kindLabel: "Hva den er", partnerWhy: "En partner (et sykehus, et kollektivselskap) ser det som deles med bygruppen. Den eier ingenting.", roomWhy: "En operasjonssentral eier og deler varsler og hendelser.", addDo: "Legg til",
      remove: "Fjern …", removeTitle: (title) => `Fjern ${title}`, removeDo: (title) => `Fjern ${title}`,
      reading: "Ser etter hva som er åpent der …",
      owns: (incidents, alerts) => `${common.list([incidents ? many(incidents, "åpen hendelse", "åpne hendelser") : "", alerts ? many(alerts, "åpent varsel", "åpne varsler") : ""].filter(Boolean))} hører til den. Hvem går videre med dem?`,
      ownsNothing: "Ingenting er åpent der. Det som er lukket, blir stående i loggen under navnet.",
      others: (n) => `og ${n} til`,
      successor: "Etterfølger", noSuccessor: "Det finnes ingen annen operasjonssentral. Legg til en først, eller lukk det som er åpent.",
      unseated: (names) => `Ingen annen rolle: ${names}. De beholder kontoen, og ser ingenting før de får en rolle et annet sted.`,
      tokens: (names) => `Nøkler som opphører: ${names}.`,
      last: "Id-en brukes aldri igjen. Dette kan ikke angres.",
    },
    tokens: {
      empty: "Ingen nøkler ennå.", emptyWhy: "Et program som leser eller sender gjennom API-et, trenger en. Lag den til høyre; den vises én gang.",
      name: "Navn", scopes: "Kan", organisation: "Ser som", made: "Laget", used: "Sist brukt", never: "aldri",
      add: "Lag en nøkkel", nameLabel: "Hva den er til", scopesLabel: "Hva den kan gjøre",
      scope: { read: "lese", ingest: "sende inn", act: "handle" },
      scopeWhy: { read: "bildet til organisasjonen sin", ingest: "sende målinger og oversettelser", act: "beslutte om varsler og hendelser" },
      addDo: "Lag", shown: (name) => `Nøkkel «${name}»`, shownWhy: "Legg den der programmet leser den. Den vises bare nå og lagres ingen steder.",
      revoke: "Trekk tilbake …", sure: "Trekke den tilbake? Programmet stenges ute straks.", revokeDo: "Trekk tilbake",
    },
    devices: {
      empty: "Ingen enheter er registrert.", emptyWhy: "En enhet som sender over MQTT, trenger sin egen bruker. Registrer den til høyre.",
      id: "Id", title: "Tittel", topic: "Publiserer til", made: "Registrert", add: "Registrer en enhet", idLabel: "Id", idHint: "bokstaver, sifre, _ ~ -", titleLabel: "Hva og hvor den er", addDo: "Registrer",
      shown: (id) => `Enhet ${id}`, shownWhy: "Legg dette inn på enheten. Passordet vises bare nå.", user: "Bruker", broker: "Broker",
      remove: "Fjern …", sure: "Fjerne den? Den stenges ute straks; det den har sendt, blir.", removeDo: "Fjern",
    },
    sessions: {
      why: "Hvem som er logget inn, fra hvilken adresse og nettleser, er personopplysninger: at du ser, loggføres.", show: "Vis åpne økter", again: "Les på nytt",
      count: (n) => many(n, "åpen økt", "åpne økter"),
      person: "Person", seat: "Sitter i", since: "Innlogget", used: "Sist brukt", address: "Adresse", agent: "Nettleser", current: "denne",
      end: "Avslutt", ended: (name) => `${name} er logget ut der`, none: "Ingen er logget inn.",
    },
    once: { copy: "Kopier", copied: "Kopiert", done: "Jeg har det" },
  },
};
