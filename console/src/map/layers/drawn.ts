/** A map mark drawn with a pen instead of loaded as a picture, at the screen's own sharpness. */
import type { Map as GlMap } from "maplibre-gl";

export function drawn(map: GlMap, name: string, size: number, draw: (pen: CanvasRenderingContext2D) => void): void {
  const ratio = Math.max(2, Math.ceil(globalThis.devicePixelRatio || 1));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * ratio;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(ratio, ratio);
  draw(pen);
  if (map.hasImage(name)) map.removeImage(name);
  map.addImage(name, pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: ratio });
}
