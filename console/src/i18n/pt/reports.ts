import type { reports as en } from "../en/reports";
import type { Like } from "../like";

export const reports: Like<typeof en> = {
  reports: {
    open: "Relatórios",
    title: "Relatórios desta ocorrência",
    now: "Como está agora, até onde a sua sala pode ver. Abre num novo separador.",
    then: (moment) => `Como estava em ${moment}, até onde a sua sala podia então ver. Abre num novo separador.`,
    sheets: { report: "Relatório da ocorrência", brief: "Nota para decisão" },
    why: { report: "O quê, onde, quando; linha do tempo, decisões e quem as tomou, tarefas, valores, mapa.", brief: "Uma página: situação, o que se pede, opções, o que se sabe e não se sabe, tempos." },
    forms: { html: "Página", pdf: "PDF" },
    opens: (sheet, form) => `${sheet}, ${form}, abre num novo separador`,
    onRecord: "Os relatórios contêm nomes e palavras de pessoas: fica registado que leu um.",
    shift: "Passagem de turno",
    shiftWhy: "O que está aberto e o seu próximo passo, o que está fora da fila e até quando, o que não funciona, valores e notas do turno.",
    room: "Sala",
    since: (zone) => `O turno começou (${zone})`,
    until: (zone) => `Terminou (${zone})`,
    tillNow: "agora",
    hours: (n) => `há ${n} h`,
    period: (from, to, length) => `De ${from} até ${to}: ${length}.`,
    noShift: "Indique um início antes do fim, no máximo com 7 dias entre eles e não no futuro.",
    noRoom: "Não está em nenhuma sala",
    noRoomWhy: "Uma folha de passagem de turno é de uma só sala. Ocupe primeiro um posto.",
  },
};
