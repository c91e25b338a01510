import type { space as en } from "../en/space";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const space: Like<typeof en> = {
  space: {
    title: "Espaços", list: "Espaços", map: "Mapa do espaço", inHand: "Espaço aberto", part: "Parte escolhida", kept: "Guardar", read: "De um ficheiro…", begin: "Novo espaço", unnamed: "Espaço sem nome",
    noSpaceWhy: "Desenhar um no mapa, ou lê-lo de um ficheiro: tocsin map spaces fá-lo do OpenStreetMap.", card: (version, exits) => `versão ${version} · ${many(exits, "saída", "saídas")}`,
    unkept: (name) => `${name}: o desenho ainda não está guardado.`, throwAway: "Deitar fora as alterações", goOn: "Continuar a desenhar", planHere: "Planear aqui…",
    notYours: "Quem planeia desenha os espaços", notYoursWhy: "As suas funções não planeiam aqui; na página Planeamento podem pedir-se os planos.",
    add: "Acrescentar e desenhar", kinds: { walkable: "Chão", obstacle: "Obstáculo", exit: "Saída", gate: "Portão", stairs: "Escadas", zone: "Zona" },
    named: { walkable: (n) => `Chão ${n}`, obstacle: (n) => `Obstáculo ${n}`, exit: (n) => `Saída ${n}`, gate: (n) => `Portão ${n}`, stairs: (n) => `Escadas ${n}`, zone: (n) => `Zona ${n}` },
    floors: "Onde se anda", obstacles: "Obstáculos", ways: "Vias de saída", zones: "Zonas", outline: (n) => `Contorno ${n}`, obstacle: (n) => `Obstáculo ${n}`, hole: (n) => `Buraco ${n}`, corners: (n) => many(n, "vértice", "vértices"), unfinished: "ainda não desenhado",
    hintDraw: "Premir em cada vértice, ou Enter na cruz; Esc termina.", hintWay: "Premir os dois extremos, ou o meio na margem e Esc; Enter na cruz também.", hintMove: "Arrastar um vértice; o ponto pequeno entre dois acrescenta um; Delete retira o escolhido.", hintPick: "Premir uma parte para a escolher.",
    undo: "Desfazer", drawOn: "Continuar", done: "Feito", removePart: "Retirar", name: "Nome", kind: "Tipo", leadsTo: "Leva a", source: "De onde vem a largura", open: "Aberta", accessible: "Sem degraus", inside: "Uma passagem interior, não uma saída",
    people: "Pessoas", share: "Parte da multidão, %", cornersOf: "Vértices", wayEnds: "Os dois extremos de través, ou um ponto no meio.",
    wrong: "O que está errado", checking: "A verificar…", sound: "Não há nada de errado.", stillOpen: (part) => `${part}: ainda não desenhado.`, found: (grave, slight) => `${grave} graves, ${slight} ligeiros`, grave: "sem plano assim", slight: "pode ficar",
    codes: {
      "same-id": "Dois com o mesmo id",
      "not-a-number": "Não é um número",
      projection: "Metros por graus?",
      "far-away": "Longe da cidade",
      "zero-width": "Sem largura",
      narrow: "Muito estreita",
      people: "Pessoas fora dos limites",
      share: "Partes fora dos limites",
      "no-exit": "Nenhuma saída",
      "no-floor": "Nada por onde andar",
      "self-crossing": "Cruza-se a si próprio",
      "exit-outside": "Saída fora do espaço",
      "exit-off-edge": "Saída longe da margem",
      "wider-than-drawn": "Mais larga do que o desenho",
      "exits-overlap": "Saídas sobrepostas",
      "zone-outside": "Zona fora do chão",
      "zones-overlap": "Zonas sobrepostas",
      unreachable: "Daqui não se sai",
    },
    spaceName: "Nome do espaço", version: "Versão", versionBy: (version, who, when) => `${version}, ${who}, ${when}`, away: "arrumada", olderWhy: "Uma versão anterior: guardá-la para a repor.",
    keepNew: "Guardar o espaço", keepVersion: "Guardar uma nova versão", keptAs: (name, version) => `${name} está guardado como versão ${version}.`, notKept: "Ainda não guardado.", nameFirst: "Precisa de um nome.",
    conflict: (who, version, time) => `${who} guardou a versão ${version} às ${time}, enquanto se desenhava.`, conflictWhy: "Nada do seu trabalho se perdeu: ainda está aqui.", lookAtTheirs: "Ver a outra; Desfazer traz a minha", keepOver: "Guardar a minha por cima",
    takeFile: "Ficheiro GeoJSON", takeWkt: "Ficheiro WKT, em metros", putAway: "Arrumar…", putAwayWhy: "Ninguém planeará mais nele; as versões ficam.", putAwayNow: "Arrumar",
    readTitle: "Ler um espaço de um ficheiro", file: "GeoJSON ou well-known text", anchorWhy: "O well-known text está em metros: onde é a origem?", readWhy: "Ler não guarda nada.", wayCount: (n) => many(n, "saída", "saídas"), knownAlready: "Já é conhecido: guardá-lo faz uma nova versão.", take: "Abrir",
  },
};
