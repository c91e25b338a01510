/** A photograph made small enough for a bad network, on the phone. Drawn anew: what the camera wrote into it stays behind. */
const LONGER_SIDE_PX = 1600;
const QUALITY = 0.8;
/** a camera's own pictures are below; what is larger is not one */
export const MOST_BYTES = 60 * 2 ** 20;
/** sent as it is where the phone cannot draw it; the server takes 25 MB */
const MOST_UNDRAWN_BYTES = 20 * 2 ** 20;

/** Pixels of the smaller copy; never larger than it was. Pure. */
export function fitted(width: number, height: number, longer = LONGER_SIDE_PX): [number, number] {
  const scale = Math.min(1, longer / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** null: too large, or nothing that this phone or the server could read. */
export async function shrink(file: Blob): Promise<Blob | null> {
  if (file.size > MOST_BYTES || file.size === 0) return null;
  try {
    const drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
    const [width, height] = fitted(drawn.width, drawn.height);
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [width, height];
    sheet.getContext("2d")?.drawImage(drawn, 0, 0, width, height);
    drawn.close();
    return await new Promise((resolve) => sheet.toBlob(resolve, "image/jpeg", QUALITY));
  } catch {
    // a format that this browser does not know; the server may, and says so if not
    return file.size <= MOST_UNDRAWN_BYTES ? file : null;
  }
}
