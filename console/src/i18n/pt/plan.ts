import type { plan as en } from "../en/plan";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const plan: Like<typeof en> = {
  plan: {
    title: "Planeamento", space: "Espaço", crowd: "Pessoas", ways: "Saídas abertas", threat: "Ameaça", drawn: "Desenho do plano", answer: "Plano",
    kinds: { gate: "portão", stairs: "escadas" },
    keepAway: "Algo de que é preciso afastar-se", pressHere: "Prima no desenho, ou escreva onde está.",
    lat: "Latitude", lon: "Longitude", radius: "Raio, m",
    noSpace: "Ainda não se conhece nenhum espaço", noSpaceWhy: "Leia um de um ficheiro: tocsin map spaces fá-lo a partir do OpenStreetMap.",
    noHarm: (version) => `Uma hipótese não toca em nenhum incidente. Versão ${version} do espaço.`,
    saveAs: "Guardar esta pergunta como", save: "Guardar", saved: (name) => `«${name}» está guardado.`,
    plans: "Planos guardados", drop: "Retirar", dropOne: (name) => `Retirar «${name}»`,
    thinking: "A planear…", quicker: (time) => `menos ${time} do que antes`, slower: (time) => `mais ${time} do que antes`, print: "Imprimir",
    drawing: (name, people, time) => `${name}: ${people} pessoas, todas fora após ${time}. As tabelas ao lado dizem o mesmo.`,
    shut: "fechada", perMin: (people) => `${people} por min`,
    compare: "Comparar", hide: "Ocultar", onMap: "Plano no mapa", nearestShort: "saída mais próxima", oldWays: "vias até agora", newWays: "vias da proposta", sheet: "Folha do plano", askAgain: "Perguntar de novo", fromTo: (a: string, b: string) => `${a} → ${b}`,
    play: "Correr", pause: "Parar", moment: "Tempo desde o início", after: (time) => `após ${time}`,
    advice: "Conselho", never: "nunca", clearing: "Todos fora após", nearest: "Todos para a saída mais próxima", bound: "Nenhum plano faz melhor que",
    gap: (share) => `no máximo a ${share} do melhor`,
    unfinished: "O tempo esgotou-se: este é o melhor plano até agora.",
    stuck: (people, where, why) => `${people} pessoas de ${where} não conseguem sair: ${why}.`,
    why: { "no-way-out": "nenhuma saída lhes está aberta", stairs: "só há escadas para fora", threat: "a ameaça está diante de todos os caminhos" },
    worst: (density, level, place, time) => `Mais denso: ${density} pessoas/m² (Fruin ${level}) após ${time}, ${place}`,
    worstNearest: (density) => `${density} se todos forem para a saída mais próxima`,
    sure: "Quão certo: quando sai o último", follow: "Quem segue",
    exits: "Saídas", exit: "Saída", people: "Pessoas", byNearest: "Próxima", lets: "Passam/min", last: "Último após",
    states: { shut: "fechada", threatened: "ameaçada" },
    measures: "O que ajuda, o que prejudica", open: (name) => `Abrir ${name}`, lose: (name) => `Se se perder ${name}`, steward: (name) => `Um assistente em ${name}`,
    saves: (time) => `poupa ${time}`, costs: (time) => `custa mais ${time}`, try: "Experimentar", tryOne: (name) => `Experimentar mudando ${name}`,
    say: "Dizer a cada zona", of: (people) => `${people} pessoas`, assumes: "O que isto pressupõe", until: (time) => `Válido até às ${time}`,
    read: "Ler um espaço…", readTitle: "Ler um espaço de um ficheiro", file: "GeoJSON ou well-known text", readWhy: "Nada é guardado antes de o dizer.",
    wayCount: (n) => many(n, "saída", "saídas"), sound: "Não há nada de errado com ele.", keepSpace: "Guardá-lo",
    expired: "expirado", atIncident: "Planos de evacuação", none: "Não se pediu aqui nenhum plano.", ask: "Pedir um plano", askSpace: "Plano para", reason: "Pedido no incidente",
    state: { asked: "em preparação", failed: "falhou", given: "respondido", withdrawn: "retirado" },
    standing: { accepted: "em vigor", declined: "recusado", none: "por decidir", proposed: "proposto", superseded: "substituído" },
    show: "Mostrar", accept: "Pôr em vigor", decline: "Recusar", withdraw: "Retirar pedido", why2: "Porque não", differentBefore: "Diferente da proposta anterior:", different: "Diferente do plano em vigor:", offered: "Guardados para este lugar", by: (who, time) => `${who} às ${time}`,
  },
};
