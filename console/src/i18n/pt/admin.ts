import type { admin as en } from "../en/admin";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const admin: Like<typeof en> = {
  /** the first of each is the role's id: its name is in `roleNames` */
  roles: [
    ["operator", "vê e decide, recebe leituras"],
    ["supervisor", "vê e decide, recebe leituras"],
    ["analyst", "vê"],
    ["cyber", "vê e decide"],
    ["planner", "vê"],
    ["CBRN", "vê e decide"],
    ["decision maker", "vê e decide"],
    ["ethics officer", "vê, lê o registo de ações"],
    ["field responder", "vê só as suas tarefas"],
    ["administrator", "vê, admite pessoas"],
  ],
  admin: {
    title: "Gestão",
    parts: { people: "Pessoas e funções", rooms: "Organizações", tokens: "Chaves de acesso", devices: "Dispositivos", sessions: "Sessões abertas" },
    partsLabel: "Partes da gestão",
    recorded: "O que faz aqui fica registado",
    noLeave: "Esta página é para administradores.",
    noLeaveWhy: "Quem administra a sua organização pode dar-lhe a função, ou fazer o que precisa.",
    people: {
      count: (n, out) => `${many(n, "pessoa", "pessoas")}${out ? `, ${many(out, "excluída", "excluídas")}` : ""}`,
      find: "Procurar pessoa", findLabel: "Procurar uma pessoa pelo nome", none: "Aqui ninguém tem esse nome.",
      person: "Pessoa", out: "excluída", noRole: "sem função", noSeat: "não tem função em lado nenhum e não vê nada",
      add: "Juntar pessoa…", addTitle: "Juntar uma pessoa", name: "Nome para iniciar sessão", where: "Organização", role: "Função", addDo: "Juntar",
      addWhy: "É criada uma palavra-passe, mostrada uma vez. Depois podem dar-se mais funções, em qualquer organização.",
      made: (name) => `${name} pode iniciar sessão`,
      madeWhy: "Entregue-a à pessoa por uma via que só ela leia. É mostrada só esta vez e não fica guardada.",
      disable: "Excluir…", disableSure: (name) => `Excluir ${name}? Todos os seus ecrãs abertos terminam em 3 s.`, disableDo: "Excluir",
      enable: "Readmitir", password: "Nova palavra-passe…", passwordSure: (name) => `Dar a ${name} uma nova palavra-passe? Todas as suas sessões terminam.`, passwordDo: "Criar",
      since: (day) => `conta desde ${day}`, outSince: (day) => `excluída desde ${day}`,
      rolesIn: "Funções em", rolesHint: "Prima para dar ou tirar. Vale de imediato, também em ecrãs abertos.",
      grants: "Registo de funções", noGrants: "Nunca foi dada uma função a esta pessoa.",
      grant: (act, role, organisation) => `${role} em ${organisation}: ${act === "granted" ? "dada" : "tirada"}`, grantBy: (by) => `por ${by}`,
      choose: "Escolha uma pessoa", chooseWhy: "As suas funções, e quem as deu, ficam aqui.",
    },
    rooms: {
      room: "Organização", id: "Id", kind: "Tipo", controlRoom: "sala de operações", partner: "parceiro", people: "Pessoas", since: "Desde", by: "por",
      onlyFirst: "Por agora uma sala de operações. Uma segunda partilha com ela o que cada uma decidir partilhar.",
      add: "Juntar uma organização", title: "Como as pessoas lhe chamam", idLabel: "Id, consta de todos os registos", idHint: "a-z, 0-9 e -, primeiro uma letra; nunca usado duas vezes",
      kindLabel: "O que é", partnerWhy: "Um parceiro (um hospital, um operador de transportes) vê o que é partilhado com o grupo da cidade. Não é dono de nada.", roomWhy: "Uma sala de operações é dona de alertas e ocorrências e partilha-os.", addDo: "Juntar",
      remove: "Remover…", removeTitle: (title) => `Remover ${title}`, removeDo: (title) => `Remover ${title}`,
      reading: "A ver o que lá está aberto…",
      owns: (incidents, alerts) => `Ainda tem ${common.list([incidents ? many(incidents, "ocorrência aberta", "ocorrências abertas") : "", alerts ? many(alerts, "alerta aberto", "alertas abertos") : ""].filter(Boolean))}. Quem continua?`,
      ownsNothing: "Nada está lá aberto. O que foi fechado fica no registo com o seu nome.",
      others: (n) => `e mais ${n}`,
      successor: "Sucessor", noSuccessor: "Não há outra sala de operações. Junte uma primeiro, ou feche o que está aberto.",
      unseated: (names) => `Sem outra função: ${names}. Mantêm a conta, e não veem nada até terem uma função noutro lado.`,
      tokens: (names) => `Chaves que terminam: ${names}.`,
      last: "O seu id não volta a ser usado. Não se pode anular.",
    },
    tokens: {
      empty: "Ainda sem chaves.", emptyWhy: "Um programa que lê ou envia pela API precisa de uma. Crie-a à direita; é mostrada uma vez.",
      name: "Nome", scopes: "Pode", organisation: "Vê como", made: "Criada", used: "Último uso", never: "nunca",
      add: "Criar uma chave", nameLabel: "Para que serve", scopesLabel: "O que pode fazer",
      scope: { read: "ler", ingest: "enviar", act: "agir" },
      scopeWhy: { read: "o quadro da sua organização", ingest: "enviar leituras e mapeamentos", act: "decidir sobre alertas e ocorrências" },
      addDo: "Criar", shown: (name) => `Chave «${name}»`, shownWhy: "Ponha-a onde o programa a lê. É mostrada só esta vez e não fica guardada.",
      revoke: "Revogar…", sure: "Revogar? O programa é cortado de imediato.", revokeDo: "Revogar",
    },
    devices: {
      empty: "Nenhum dispositivo registado.", emptyWhy: "Um dispositivo que envia por MQTT precisa de um utilizador próprio. Registe-o à direita.",
      id: "Id", title: "Título", topic: "Publica em", made: "Registado", add: "Registar um dispositivo", idLabel: "Id", idHint: "letras, algarismos, _ ~ -", titleLabel: "O que é e onde está", addDo: "Registar",
      shown: (id) => `Dispositivo ${id}`, shownWhy: "Introduza isto no dispositivo. A palavra-passe é mostrada só esta vez.", user: "Utilizador", broker: "Broker",
      remove: "Remover…", sure: "Remover? É cortado de imediato; o que enviou fica.", removeDo: "Remover",
    },
    sessions: {
      why: "Quem tem sessão aberta, de que endereço e navegador, são dados pessoais: fica registado que viu.", show: "Mostrar sessões abertas", again: "Ler de novo",
      count: (n) => many(n, "sessão aberta", "sessões abertas"),
      person: "Pessoa", seat: "Está em", since: "Entrou", used: "Último uso", address: "Endereço", agent: "Navegador", current: "esta",
      end: "Terminar", ended: (name) => `A sessão de ${name} terminou aí`, none: "Ninguém tem sessão aberta.",
    },
    once: { copy: "Copiar", copied: "Copiado", done: "Já a tenho" },
  },
};
