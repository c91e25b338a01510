/** What the admin page holds: read once, read again after each change. The server decides who may. */
import { type Device, devices, type Organisation, organisations, people, type Person, type Token, tokens } from "../../api/admin";
import { ApiProblem } from "../../api/http";

export class Office {
  people = $state.raw<Person[]>([]);
  organisations = $state.raw<Organisation[]>([]);
  tokens = $state.raw<Token[]>([]);
  devices = $state.raw<Device[]>([]);
  ready = $state(false);
  busy = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  /** what was done last, for those who hear the page */
  said = $state("");

  async read(): Promise<void> {
    const [who, where, keys, things] = await Promise.all([people.list(), organisations.list(), tokens.list(), devices.list()]);
    [this.people, this.organisations, this.tokens, this.devices] = [who.items, where.items, keys.items, things.items];
    this.ready = true;
  }

  /** Do something, then read what came of it. The answer; null where it was refused, which is then shown. */
  async do<T>(what: () => Promise<T>, said = ""): Promise<T | null> {
    this.busy = true;
    this.problem = null;
    try {
      const answer = await what();
      await this.read();
      this.said = said;
      return answer;
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
      return null;
    } finally {
      this.busy = false;
      this.ready = true;
    }
  }

  titleOf(organisation: string): string {
    return this.organisations.find((o) => o.id === organisation)?.title ?? organisation;
  }
}
