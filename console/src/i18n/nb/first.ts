import type { first as en } from "../en/first";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const first: Like<typeof en> = {
  first: {
    title: "Første steg",
    why: "Fra en tom by til det første varselet, på omtrent fem minutter. Det som er krysset av, har virkelig skjedd.",
    step: (now: number, all: number) => `${now} av ${all}`,
    hide: "Legg bort",
    hidden: "Lagt bort fra køen; det blir her, under Mer.",
    show: "Vis i køen",
    goOn: "Gå videre",
    done: "gjort",
    open: "gjenstår",
    noLeave: "For administratorer",
    noLeaveWhy: "En by settes opp av en som administrerer den.",
    steps: { city: "Byen er i gang", sensor: "Koble til en første sensor", alert: "La den gi et første varsel", people: "Slipp inn andre" },
    city: {
      name: "Navn", place: "Midtpunkt", zone: "Tidssone", languages: "Språk", unnamed: "Byen har ikke noe navn ennå.",
      unnamedWhy: (command: string) => `Gi den et navn og et sted: avslutt tocsin up, kjør ${command} og start igjen.`,
      noPlace: "ikke oppgitt", at: (lat: string, lon: string) => `${lat}, ${lon} (bredde, lengde)`,
      noStreets: "Bakgrunnskartet har ingen gater for dette stedet. Det som står her, tegnes likevel på sitt riktige sted.",
      browser: "slik hver nettleser ber om",
    },
    sensor: {
      why: "En sensor sender målinger med HTTP eller MQTT. Velg en du har, eller spill en i en terminal.",
      kind: "Hva det er",
      kinds: { Camera: "Kamera", CrowdFlowObserved: "Personteller", NoiseLevelObserved: "Støymåler" },
      idLabel: "Id", idHint: "bokstaver, sifre, _ ~ -", lon: "Lengdegrad", lat: "Breddegrad", way: "Sender med",
      http: "HTTP", mqtt: "MQTT", make: "Lag nøkkel",
      key: "Nøkkelen vises én gang; den kan sende målinger og ikke noe annet. Hvem som har den, står under Admin.",
      lost: "En nøkkel som er laget før, vises ikke igjen. Lag en ny.",
      run: "Kjør dette i en terminal", waiting: "Venter på den første målingen…",
      quarantine: "Sendt, og ingenting kommer? Se i karantenen",
      came: (name: string) => `${name} er hørt.`,
      more: (n: number) => `${many(n, "objekt", "objekter")} på kartet`,
      look: "Se på den",
    },
    alert: {
      why: (tool: string, seconds: string) => `Husets enkleste regel er den til «${tool}»: den som sier dark i ${seconds} s, blir meldt. La kameraet si det:`,
      noTool: "Verktøyet som melder om kameraer, er ikke i gang; se Verktøy.",
      waiting: (seconds: string) => `Venter på varselet: ${seconds} s mørke, og noen til i tilfelle en måling kommer sent.`,
      needsKey: "Kommandoen inneholder nøkkelen til en sensor. Lag en først.",
      came: (words: string) => `${words}.`,
      take: "Ta det i hånd",
      ends: "La det nå se igjen, så sier varselet at det er over:",
      others: "Hva annet som ser på målingene dine",
      learning: (days: string) => `Det vanlige må læres: i ${days} dager sier dette verktøyet ingenting.`,
    },
    people: {
      why: "Hver person har sitt eget navn og en rolle i et rom; det de gjør, står under navnet.",
      now: (people: number, rooms: number) => `${many(people, "person", "personer")} i ${many(rooms, "rom", "rom")}`,
      people: "Personer og roller", rooms: "Kontrollrom", boards: "En tavle for hver rolle",
    },
    copy: "Kopier", copied: "Kopiert",
  },
};
