import type { warning as en } from "../en/warning";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

const KINDS: Record<string, string> = { Alert: "Aviso", Update: "Atualização", Cancel: "Cancelamento" };

export const warning: Like<typeof en> = {
  warning: {
    title: "Aviso à população",
    compose: "Novo aviso",
    exercise: "Exercício: nada do que se emite aqui chega à população.",
    inForce: "Em vigor agora", noneInForce: "Nenhum aviso em vigor.",
    waiting: "Em preparação", noneWaiting: "Nenhum rascunho.", noneWaitingWhy: "Um aviso é escrito por uma pessoa e aprovado por outra. Os rascunhos esperam aqui.",
    over: "Terminados", noneOver: "Nenhum terminou ainda.",
    others: "de outra sala",
    left: (span) => `faltam ${span}`, ended: "terminou", soon: "termina em breve",
    states: { draft: "rascunho", submitted: "à espera de aprovação", refused: "devolvido", withdrawn: "retirado", issued: "em vigor", updated: "atualizado", cancelled: "cancelado", expired: "expirado" },
    kinds: KINDS,
    kindOf: (kind, of) => `${KINDS[kind] ?? kind}${of ? ` de ${of}` : ""}`,
    mayNot: "As suas funções aqui não permitem escrever avisos. O que está em vigor fica à esquerda.",
    choose: "Escolha um aviso.",
    failed: "Não foi possível ler os avisos.",

    template: "Começar com", blank: "Vazio",
    facts: "O que é",
    category: "Categoria", response: "As pessoas devem", urgency: "Urgência", severity: "Gravidade", certainty: "Certeza", lasts: "Duração",
    categories: { Geo: "Sismos e terreno", Met: "Meteorologia", Safety: "Segurança das pessoas", Security: "Ordem e segurança", Rescue: "Salvamento", Fire: "Incêndio", Health: "Saúde", Env: "Ambiente", Transport: "Transportes", Infra: "Serviços e redes", CBRNE: "Químico, biológico, nuclear", Other: "Outra" },
    responses: { Shelter: "abrigar-se e ficar dentro", Evacuate: "sair da área", Prepare: "preparar-se", Execute: "agir como previsto", Avoid: "manter-se afastadas", Monitor: "seguir as notícias", Assess: "avaliar por si", AllClear: "retomar a normalidade", None: "não fazer nada" },
    urgencies: { Immediate: "agora", Expected: "dentro de uma hora", Future: "mais tarde", Past: "já passou", Unknown: "desconhecida" },
    severities: { Extreme: "extrema", Severe: "grave", Moderate: "moderada", Minor: "ligeira", Unknown: "desconhecida" },
    certainties: { Observed: "observado", Likely: "provável", Possible: "possível", Unlikely: "improvável", Unknown: "desconhecida" },
    durations: [[30, "30 min"], [60, "1 h"], [120, "2 h"], [240, "4 h"], [720, "12 h"]],
    minutes: (n) => many(n, "minuto", "minutos"),

    area: "Onde", areaName: "Como as pessoas lhe chamam", shape: "Forma",
    circle: "Círculo", polygon: "Polígono",
    around: "Em redor de", pickPlace: "um local conhecido", lat: "Latitude", lon: "Longitude", radius: "Raio, m",
    corners: "Vértices: latitude, longitude, um por linha", cornersCount: (n) => many(n, "vértice", "vértices"),
    badLine: (line) => `A linha ${line} não é um par de graus.`,
    fewCorners: "Um polígono precisa de três vértices.", crossed: "O contorno cruza-se a si próprio.", noCentre: "Indique um centro e um raio.",
    mapPolygon: "Prima o mapa para juntar um vértice, arraste um vértice para o mover. Por teclado: as setas movem o mapa, Enter junta um vértice na cruz.",
    mapCircle: "Prima o mapa para mover o centro. Por teclado: as setas movem o mapa, Enter põe o centro na cruz.",
    map: "Mapa da área", undoCorner: "Remover último vértice", clear: "Limpar",

    words: "O que as pessoas leem", language: (code) => ({ en: "English", it: "Italiano", nb: "Norsk bokmål", pt: "Português", de: "Deutsch", fr: "Français", fi: "Suomi", sv: "Svenska", es: "Español" } as Record<string, string>)[code] ?? code,
    event: "O que acontece", headline: "Título", description: "O que se sabe", instruction: "O que fazer, um passo por linha",
    fill: "Preencher, em todas as línguas", fields: { destination: "Para onde ir", cause: "O que não funciona", time: "Hora", sender: "Quem avisa" },
    open: (n) => many(n, "campo vazio", "campos vazios"),

    approver: "Quem aprova", anyone: "quem puder primeiro", noApprover: "Mais ninguém nesta sala pode aprovar: é preciso um decisor ou supervisor.",
    save: "Guardar rascunho", submit: "Enviar para aprovação", submitKey: "Ctrl ⏎", sent: "Enviado. Uma segunda pessoa lê e aprova.",
    preview: "Como a população o lê", until: (time) => `Até ${time}`, from: (who) => who, untitled: "Ainda sem título",
    approve: "Aprovar e emitir", approveWhy: "Chega à população no momento em que premir.", refuse: "Devolver", refuseWhy: "Diga o que tem de mudar. Volta a quem o escreveu.",
    ownWork: "Escreveu uma parte: aprova uma segunda pessoa.", notAsked: (who) => `A aprovação foi pedida a ${who}.`, wrongRole: "Aprova um decisor ou supervisor da sala responsável.",
    takeBack: "Retomar para alterar", withdraw: "Retirar", update: "Atualizar", cancel: "Cancelar aviso",
    by: (names) => `escrito por ${names}`, approvedBy: (who, time) => `aprovado por ${who}, ${time}`, asked: (who) => `pedido a ${who}`,
    flaws: "Antes de poder ser enviado", fit: "Pronto a enviar.", clause: (clause) => `CAP 1.2, ${clause}`,
    history: "O que foi feito", document: "Documento CAP", readDocument: "Mostrar o documento CAP", feed: "Feed público",
    sentBack: (who, why) => `${who} devolveu: ${why}`,
    openIncident: "Avisar a população", openIncidentWhy: "Escrever um aviso preenchido a partir desta ocorrência",
    steps: { composed: "escrito", changed: "alterado", submitted: "enviado para aprovação", refused: "devolvido", withdrawn: "retirado", issued: "emitido", updated: "atualizado", cancelled: "cancelado", expiring: "termina em breve", expired: "expirado" },
  },
};
