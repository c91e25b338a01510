import { common } from "./common";

const { many } = common;

export const first = {
  first: {
    title: "First steps",
    why: "From an empty city to its first alert, in about five minutes. What is ticked has really happened.",
    step: (now: number, all: number) => `${now} of ${all}`,
    hide: "Put away",
    hidden: "Put away from the queue; it stays here, under More.",
    show: "Show in the queue",
    goOn: "Go on",
    done: "done",
    open: "open",
    noLeave: "For administrators",
    noLeaveWhy: "A city is set up by somebody who administers it.",
    steps: { city: "The city is up", sensor: "Connect a first sensor", alert: "Let it raise a first alert", people: "Let others in" },
    city: {
      name: "Name", place: "Middle", zone: "Time zone", languages: "Languages", unnamed: "The city has no name yet.",
      unnamedWhy: (command: string) => `Give it one, and its place: end tocsin up, call ${command} and start again.`,
      noPlace: "not stated", at: (lat: string, lon: string) => `${lat}, ${lon} (latitude, longitude)`,
      noStreets: "The base map holds no streets of this place. What stands here is drawn where it is all the same.",
      browser: "as each browser asks",
    },
    sensor: {
      why: "A sensor sends readings by HTTP or MQTT. Choose one that you have, or play one at a terminal.",
      kind: "What it is",
      kinds: { Camera: "Camera", CrowdFlowObserved: "People counter", NoiseLevelObserved: "Noise meter" },
      idLabel: "Its id", idHint: "letters, digits, _ ~ -", lon: "Longitude", lat: "Latitude", way: "It sends by",
      http: "HTTP", mqtt: "MQTT", make: "Make its key",
      key: "This key is shown once; it may send readings and nothing else. Who has it stands under Admin.",
      lost: "A key that was made before is not shown again. Make another one.",
      run: "Run this at a terminal", waiting: "Waiting for the first reading…",
      quarantine: "Sent, and nothing comes? Look into the quarantine",
      came: (name: string) => `${name} has been heard.`,
      more: (n: number) => `${many(n, "thing", "things")} on the map`,
      look: "Look at it",
    },
    alert: {
      why: (tool: string, seconds: string) => `The plainest rule of the house is that of “${tool}”: who says dark for ${seconds} s is told. Let the camera say so:`,
      noTool: "The tool that tells of cameras is not running; see Tools.",
      waiting: (seconds: string) => `Waiting for the alert: ${seconds} s of dark, and a few more in case a reading comes late.`,
      needsKey: "The command holds the key of a sensor. Make one first.",
      came: (words: string) => `${words}.`,
      take: "Take it in hand",
      ends: "Now let it see again, and the alert says that it is over:",
      others: "What else looks at your readings",
      learning: (days: string) => `What is usual has to be learnt: for ${days} days this one says nothing.`,
    },
    people: {
      why: "Each person has a name of their own and a role in a room; what they do stands under it.",
      now: (people: number, rooms: number) => `${many(people, "person", "people")} in ${many(rooms, "room", "rooms")}`,
      people: "People and roles", rooms: "Control rooms", boards: "A board for each role",
    },
    copy: "Copy", copied: "Copied",
  },
};
