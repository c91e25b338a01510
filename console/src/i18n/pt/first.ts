import type { first as en } from "../en/first";
import type { Like } from "../like";
import { common } from "./common";

const { many } = common;

export const first: Like<typeof en> = {
  first: {
    title: "Primeiros passos",
    why: "De uma cidade vazia ao seu primeiro alerta, em cerca de cinco minutos. O que está assinalado aconteceu mesmo.",
    step: (now: number, all: number) => `${now} de ${all}`,
    hide: "Arrumar",
    hidden: "Retirado da fila; continua aqui, em Mais.",
    show: "Mostrar na fila",
    goOn: "Continuar",
    done: "feito",
    open: "por fazer",
    noLeave: "Para administradores",
    noLeaveWhy: "Uma cidade é preparada por quem a administra.",
    steps: { city: "A cidade está a funcionar", sensor: "Ligar um primeiro sensor", alert: "Fazê-lo gerar um primeiro alerta", people: "Deixar entrar os outros" },
    city: {
      name: "Nome", place: "Centro", zone: "Fuso horário", languages: "Línguas", unnamed: "A cidade ainda não tem nome.",
      unnamedWhy: (command: string) => `Dê-lhe um nome e um lugar: termine tocsin up, execute ${command} e volte a iniciar.`,
      noPlace: "não indicado", at: (lat: string, lon: string) => `${lat}, ${lon} (latitude, longitude)`,
      noStreets: "O mapa de base não tem as ruas deste lugar. O que aqui existe é desenhado na mesma no seu sítio.",
      browser: "a que cada navegador pede",
    },
    sensor: {
      why: "Um sensor envia leituras por HTTP ou MQTT. Escolha um que tenha, ou simule-o num terminal.",
      kind: "O que é",
      kinds: { Camera: "Câmara", CrowdFlowObserved: "Contador de pessoas", NoiseLevelObserved: "Sonómetro" },
      idLabel: "O seu id", idHint: "letras, algarismos, _ ~ -", lon: "Longitude", lat: "Latitude", way: "Envia por",
      http: "HTTP", mqtt: "MQTT", make: "Criar a sua chave",
      key: "Esta chave só se vê uma vez; pode enviar leituras e nada mais. Quem a tem está indicado em Gestão.",
      lost: "Uma chave criada antes não volta a ser mostrada. Crie outra.",
      run: "Execute isto num terminal", waiting: "À espera da primeira leitura…",
      quarantine: "Enviada, e nada chega? Veja na quarentena",
      came: (name: string) => `${name} fez-se ouvir.`,
      more: (n: number) => `${many(n, "objeto", "objetos")} no mapa`,
      look: "Vê-lo",
    },
    alert: {
      why: (tool: string, seconds: string) => `A regra mais simples da casa é a de «${tool}»: quem diz dark durante ${seconds} s é assinalado. Faça a câmara dizê-lo:`,
      noTool: "A ferramenta que assinala câmaras não está a funcionar; ver Ferramentas.",
      waiting: (seconds: string) => `À espera do alerta: ${seconds} s de escuro, e mais alguns caso uma leitura chegue tarde.`,
      needsKey: "O comando contém a chave de um sensor. Crie primeiro uma.",
      came: (words: string) => `${words}.`,
      take: "Tomá-lo em mãos",
      ends: "Agora deixe-a ver de novo, e o alerta dirá que acabou:",
      others: "O que mais observa as suas leituras",
      learning: (days: string) => `O habitual tem de ser aprendido: durante ${days} dias esta não diz nada.`,
    },
    people: {
      why: "Cada pessoa tem um nome próprio e um papel numa sala; o que faz fica registado com esse nome.",
      now: (people: number, rooms: number) => `${many(people, "pessoa", "pessoas")} em ${many(rooms, "sala", "salas")}`,
      people: "Pessoas e papéis", rooms: "Salas de controlo", boards: "Um painel para cada papel",
    },
    copy: "Copiar", copied: "Copiado",
  },
};
