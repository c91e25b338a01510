/** The base map's tiles, for every map of the console. */
import { addProtocol, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { FetchSource, PMTiles, Protocol } from "pmtiles";
import { PatientSource } from "./patientSource";

setWorkerUrl(workerUrl);
const ARCHIVE = `${location.origin}/map/helsinki.pmtiles`;
const archives = new Protocol();
archives.add(new PMTiles(new PatientSource(new FetchSource(ARCHIVE))));
addProtocol("pmtiles", archives.tile);

export const TILES = `pmtiles://${ARCHIVE}`;
