/** The base map's tiles, for every map of the console. */
import { addProtocol, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { FetchSource, PMTiles, Protocol } from "pmtiles";
import { PatientSource } from "./patientSource";

setWorkerUrl(workerUrl);
const ARCHIVE = `${location.origin}/map/helsinki.pmtiles`;
const archives = new Protocol();
const archive = new PMTiles(new PatientSource(new FetchSource(ARCHIVE)));
archives.add(archive);
addProtocol("pmtiles", archives.tile);

export const TILES = `pmtiles://${ARCHIVE}`;

/** Whether the base map has streets at this place. */
export async function covers(lon: number, lat: number): Promise<boolean> {
  const h = await archive.getHeader();
  return lon >= h.minLon && lon <= h.maxLon && lat >= h.minLat && lat <= h.maxLat;
}
