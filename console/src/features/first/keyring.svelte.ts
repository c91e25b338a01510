/** The sensor that is being connected, and its key: as long as this page is open, and nowhere else. */
import { devices, tokens } from "../../api/admin";
import { ApiProblem } from "../../api/http";
import { city } from "../../live/city.svelte";
import { session } from "../../live/session.svelte";
import { command, FITS, ID, type Key, type Kind, type Sensor, urn } from "./commands";

/** listens everywhere: nothing that a sensor could be told */
const ANYWHERE = new Set(["0.0.0.0", "::"]);

export class Keyring {
  kind = $state<Kind>("Camera");
  id = $state(ID.Camera);
  lon = $state(city.status?.place?.lon ?? 0);
  lat = $state(city.status?.place?.lat ?? 0);
  way = $state<Key["way"]>("http");
  key = $state.raw<Key | null>(null);
  busy = $state(false);
  problem = $state.raw<ApiProblem | null>(null);

  sensor: Sensor = $derived({ kind: this.kind, id: this.id, lon: this.lon, lat: this.lat });
  urn: string = $derived(urn(this.sensor));
  fits: boolean = $derived(FITS.test(this.id) && Math.abs(this.lon) <= 180 && Math.abs(this.lat) <= 90);

  choose(kind: Kind): void {
    if (this.id === ID[this.kind]) this.id = ID[kind];
    this.kind = kind;
    this.#otherwise();
  }
  by(way: Key["way"]): void {
    this.way = way;
    this.key = null;
  }
  called(id: string): void {
    this.id = id;
    this.#otherwise();
  }
  /** the user of a device is its id: another sensor needs another key; a token sends for any */
  #otherwise(): void {
    if (this.key?.way === "mqtt" && this.key.user !== this.id) this.key = null;
  }

  async make(): Promise<void> {
    this.busy = true;
    this.problem = null;
    try {
      this.key = this.way === "http" ? await this.#token() : await this.#device();
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
    } finally {
      this.busy = false;
    }
  }

  async #token(): Promise<Key> {
    const made = await tokens.add(`sensor ${this.id}`, ["ingest"], session.who?.user.organisation ?? "");
    return { way: "http", token: made.token };
  }
  async #device(): Promise<Key> {
    const made = await devices.add(this.id, this.id);
    const host = made.mqtt && !ANYWHERE.has(made.mqtt.host) ? made.mqtt.host : location.hostname;
    return { way: "mqtt", user: made.user, password: made.password, topic: made.topic, host, port: made.mqtt?.port ?? 1883 };
  }

  /** The command for a reading of this sensor, or of another of its kind; empty without a key. */
  command(sensor: Sensor = this.sensor, values?: Record<string, string | number>): string {
    return this.key ? command(this.key, sensor, location.origin, values) : "";
  }
}
