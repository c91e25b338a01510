import type { subscriptions as en } from "../en/subscriptions";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const subscriptions: Like<typeof en> = {
  subscriptions: {
    title: "Subscrições",
    sub: "Programas informados do que muda (NGSI-LD)",
    count: (n) => many(n, "subscrição", "subscrições"),
    failing: (n) => `${n} a falhar`,
    empty: "Ninguém subscreveu",
    emptyWhy: "Os programas subscrevem com POST /ngsi-ld/v1/subscriptions.",
    choose: "Esta subscrição não existe", chooseWhy: "Pode ter sido apagada. Escolha outra.",
    one: "Subscrição",
    what: "Subscrição", to: "Destino", state: "Estado", sent: "Enviadas", failed: "Falhadas", waiting: "À espera", lastSuccess: "Última aceite",
    states: { working: "a funcionar", failing: "a falhar", paused: "em pausa", expired: "expirada" },
    never: "nunca",
    ago: (age) => `há ${age}`,
    since: (time) => `desde ${time}`,
    lastError: "Último erro",
    nextTry: (time) => `Próxima tentativa ${time}`,
    dropped: (from, to) => `As mudanças entre ${from} e ${to} perderam-se: o destino esteve ausente demasiado tempo.`,
    changes: "Mudanças comunicadas", retried: "Enviadas após repetição", coalesced: "Juntas pelo limite de ritmo", givenUp: "Recusadas de vez",
    types: "Tipos", attributes: "Atributos", q: "Condição", when: "Quando", expires: "Expira", by: "Criada por", made: "Criada", id: "Id",
    every: (seconds) => `a cada ${seconds} s, mude o que mudar`,
    atMost: (seconds) => `no máximo uma a cada ${seconds} s`,
    triggers: { entityCreated: "entidade criada", entityUpdated: "entidade atualizada", entityDeleted: "entidade apagada", attributeCreated: "atributo criado", attributeUpdated: "atributo atualizado", attributeDeleted: "atributo apagado" },
    pause: "Pausar", resume: "Retomar", replay: "Repetir", replayOf: "Últimos",
    back: (minutes) => (minutes < 60 ? `${minutes} min` : `${minutes / 60} h`),
    replayed: "Está a ser comunicado de novo.",
    replayedFrom: (time) => `Está a ser comunicado de novo. As mudanças são guardadas desde ${time}.`,
  },
};
