import { FetchSource, type RangeResponse, type Source } from "pmtiles";

/** Waits before the second, third and fourth attempt, milliseconds. */
export const WAITS_MS = [200, 1000, 3000];

/**
 * The tile archive over HTTP, asked again when the network fails: a piece of map that was lost once stays a hole
 * until somebody moves the map, and a lost header is remembered as lost by the archive's own cache.
 */
export class PatientSource implements Source {
  constructor(private readonly from: FetchSource, private readonly waits: readonly number[] = WAITS_MS) {}

  getKey(): string {
    return this.from.getKey();
  }

  /** Rejects with what the last attempt said; at once when nobody wants the bytes any more, or the server refused. */
  async getBytes(offset: number, length: number, signal?: AbortSignal, etag?: string): Promise<RangeResponse> {
    for (const wait of this.waits) {
      try {
        return await this.from.getBytes(offset, length, signal, etag);
      } catch (error) {
        // fetch says TypeError for a network that failed, and for nothing else once the address is sound
        if (!(error instanceof TypeError) || signal?.aborted) throw error;
        this.from.mustReload = true; // past the browser's own cache: half a range may be what failed
        await new Promise((resolve) => setTimeout(resolve, wait));
        signal?.throwIfAborted();
      }
    }
    return this.from.getBytes(offset, length, signal, etag);
  }
}
