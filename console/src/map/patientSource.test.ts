import { FetchSource } from "pmtiles";
import { describe, expect, it } from "vitest";
import { PatientSource } from "./patientSource";

const bytes = { data: new ArrayBuffer(4) };

/** An archive that fails as told, then gives bytes. */
class Shaky extends FetchSource {
  asked = 0;
  constructor(private readonly failures: unknown[]) {
    super("http://city/map/town.pmtiles");
  }
  override async getBytes(): Promise<typeof bytes> {
    this.asked++;
    const failure = this.failures.shift();
    if (failure) throw failure;
    return Promise.resolve(bytes);
  }
}
const lost = () => new TypeError("Failed to fetch");

describe("the tile archive", () => {
  it("is asked again past the cache when the network failed", async () => {
    const shaky = new Shaky([lost(), lost()]);
    await expect(new PatientSource(shaky, [0, 0, 0]).getBytes(0, 4)).resolves.toBe(bytes);
    expect([shaky.asked, shaky.mustReload]).toEqual([3, true]);
  });
  it("says so when it stays away", async () => {
    const shaky = new Shaky([lost(), lost(), lost(), lost(), lost()]);
    await expect(new PatientSource(shaky, [0, 0, 0]).getBytes(0, 4)).rejects.toThrow("Failed to fetch");
    expect(shaky.asked).toBe(4);
  });
  it("takes a refusal for an answer", async () => {
    const shaky = new Shaky([new Error("Bad response code: 403")]);
    await expect(new PatientSource(shaky, [0, 0]).getBytes(0, 4)).rejects.toThrow("403");
    expect(shaky.asked).toBe(1);
  });
  it("stops when nobody wants it any more", async () => {
    const shaky = new Shaky([lost(), lost()]);
    const gone = new AbortController();
    const asked = new PatientSource(shaky, [0, 0]).getBytes(0, 4, gone.signal);
    gone.abort();
    await expect(asked).rejects.toThrow();
    expect(shaky.asked).toBe(1);
  });
});
