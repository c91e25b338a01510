import type { oversight as en } from "../en/oversight";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const oversight: Like<typeof en> = {
  oversight: {
    noLeave: "Esta página é para o responsável de ética.",
    noLeaveWhy: "Quem administra a sua organização pode dar-lhe a função.",
    figures: "Consultas a dados pessoais e sensíveis",
    figuresSub: (days) => `últimos ${many(days, "dia", "dias")}, UTC`,
    looks: "consultas", unfit: "sem função adequada", refused: "decisões recusadas", signIns: "entradas recusadas",
    unfitWhy: "Quem viu não tinha, nesse momento, função adequada ao fim.",
    perDay: "Consultas por dia", day: (day, looks, unfit) => `${day}: ${many(looks, "consulta", "consultas")}${unfit ? `, ${unfit} sem função adequada` : ""}`,
    purpose: "Fim", share: "Consultas", noLooks: "Nenhuma consulta registada nestes dias.", noLooksWhy: "Quando alguém lê dados pessoais ou sensíveis, conta-se aqui por fim.",
    record: "Quem viu o quê, e porquê",
    reason: "Porque vê", reasonHint: "Fica registado com o seu nome", read: "Ler o registo", more: "Linhas mais antigas",
    person: "Pessoa", organisation: "Organização", anyOrganisation: "qualquer", action: "Ação", actionHint: "alert, ou alert.confirm", object: "Id do objeto", from: "De, UTC", to: "Até, UTC",
    which: { all: "Tudo", looks: "Consultas", unfit: "Sem função adequada", refused: "Recusadas" },
    whichLabel: "Linhas",
    presets: [[1, "Hoje"], [7, "7 dias"], [31, "31 dias"]],
    unread: "Ainda nada foi lido.", unreadWhy: "Diga porque vê e prima Ler. Ler o registo é também uma linha nele: quem viu, quando, o quê e porquê.",
    nothing: "Nenhuma linha corresponde.", nothingWhy: "Alargue os dias, ou deixe um campo vazio.", nothingYet: "Nenhuma linha corresponde entre as vistas até agora. Continue para as mais antigas.",
    row: "Linha", when: "Quando", who: "Quem", what: "O quê", why: "Fim e motivo", noReason: "motivo não pedido",
    outcome: { done: "feita", refused: "recusada", failed: "falhou" },
    system: "o sistema", stranger: "um desconhecido", times: (n) => `${n} vezes`,
    rows: (n) => many(n, "linha", "linhas"),
    whole: "O registo está íntegro?",
    verify: "Verificar todas as linhas", again: "Verificar de novo", never: "Por verificar desde o arranque.",
    running: (looked, rows) => `${looked} de ${rows} linhas`, runningLabel: "Linhas examinadas",
    isWhole: "Íntegro", isBroken: "Não íntegro",
    wholeWords: (rows) => `${rows} linhas, hashes e assinaturas conferem.`,
    brokenWords: (n) => `${many(n, "falha", "falhas")}. A primeira linha afetada surge primeiro.`,
    faultRow: (seq) => `Linha ${seq}`, faultRows: (seq, last) => `Linhas ${seq} a ${last}`,
    kinds: { altered: "alterada", dropped: "em falta", inserted: "inserida", reordered: "reordenada", truncated: "fim em falta", torn: "cortada ou ilegível", forged: "assinatura falsa" },
    brokenDo: "Deixe o disco como está, faça uma cópia e compare-a com os pontos de controlo que guarda noutro lado.",
    failed: "Não foi possível verificar.",
    by: (who, at) => `pedida por ${who}, terminou ${at}`,
    moreFaults: (n) => `mais ${n}`,
    signed: "Assinado até à linha", signedAt: "Ponto de controlo de", key: "Impressão da chave", cut: "Expiradas por prazo, assinadas", upTo: (seq) => `linhas até ${seq}`,
    noCheckpoint: "Nenhum ponto de controlo assinado ainda. O primeiro chega até um minuto após a primeira linha.",
    keyHint: "Compare-a com a que anotou na instalação.",
    copy: "Cópia para outra máquina", copyWhy: "Todas as linhas, pontos de controlo e a chave pública, em linhas JSON. O comando tocsin audit verify verifica-a em qualquer lado.",
    copyReason: "Para que serve a cópia", copyDo: "Descarregar",
  },
};
