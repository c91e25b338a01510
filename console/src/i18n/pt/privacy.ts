import type { privacy as en } from "../en/privacy";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

/** Terms as in the Portuguese text of the GDPR (RGPD). */
export const privacy: Like<typeof en> = {
  privacy: {
    title: "Registo das atividades de tratamento",
    sub: (made) => `RGPD art. 30.º, como está configurado · ${made}`,
    controller: "Responsável pelo tratamento", officer: "Encarregado da proteção de dados", notStated: "não indicado",
    gaps: (n) => many(n, "lacuna a colmatar", "lacunas a colmatar"),
    held: "O que se guarda das pessoas",
    data: "Dados", className: "Classe", becomes: "Torna-se", aim: "Finalidade", purpose: "Finalidade e fundamento jurídico", now: "Quadro", history: "Histórico",
    days: (n) => many(n, "dia", "dias"),
    notTaken: "nunca guardado",
    by: { Tocsin: "", city: "regra da cidade", default: "não indicado por ninguém" },
    classes: { none: "nenhuma", pseudonym: "pseudónimo", personal: "pessoal", sensitive: "sensível" },
    becomesOf: { "keyed pseudonym": "pseudónimo com chave", "not taken in": "não recolhido", "kept as it is": "mantido como está" },
    sources: "Fontes", tools: "Ferramentas", recipients: "Quem pode ver", measures: "Como é protegido", transfers: "Países terceiros",
    personalData: "Dados pessoais",
    levels: { none: "nenhuns", possible: "possíveis", yes: "sim", aggregate: "agregados", pseudonymous: "pseudónimos", personal: "pessoais" },
    broken: "não apta a funcionar",
    kinds: { "control room": "sala de operações", partner: "parceiro", "mail server": "servidor de correio", "push service": "serviço push", webhook: "sistema", "the public": "público" },
    deletions: "Eliminados",
    deletionsSub: "porque o prazo terminou",
    noDeletions: "Ainda nada foi eliminado.",
    noDeletionsWhy: "A cada hora sai o que passou do prazo, e fica aqui com a sua regra e quantidade.",
    when: "Quando", from: "De", what: "O quê", howMany: "Valores", older: (date) => `anteriores a ${date}`,
    underWay: "em curso", resumed: "concluída após reinício",
    stores: { context: "quadro", lake: "histórico", quarantine: "quarentena", bus: "barramento", "pseudonym keys": "chaves", "quarantine keys": "chaves de selo" },
    keys: "Chaves dos pseudónimos",
    keysSub: "nenhum valor de dois períodos pode ser comparado",
    noKeys: "Sem chaves: nada de pessoal entrou.",
    period: "Período", ends: "Termina", destroyed: "Destruída",
    budget: "Contagens publicadas",
    budgetSub: "perda de privacidade gasta, por tipo e dia",
    noBudget: "Nada foi publicado.",
    spent: (spent, of) => `${spent} de ${of}`,
    releases: (n) => many(n, "publicação", "publicações"),
  },
  reveal: {
    why: "Só a forma: letras como x, algarismos como 9, porque estes bytes podem nomear alguém. Diga porque precisa deles; a consulta fica registada.",
    show: "Mostrar como chegou",
  },
};
