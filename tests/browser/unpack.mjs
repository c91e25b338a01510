// Unpacks the browser and the libraries it needs on a bare machine into the folder given, once.
import { createReadStream, createWriteStream, mkdirSync, chmodSync, existsSync } from "node:fs";
import { createBrotliDecompress } from "node:zlib";
import { pipeline } from "node:stream/promises";
import { join } from "node:path";

const [bin, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
for (const name of ["chromium", "swiftshader.tar", "al2023.tar"]) {
  const packed = join(bin, `${name}.br`);
  if (!existsSync(packed)) throw new Error(`${packed} is missing: run npm ci in tests/browser again`);
  await pipeline(createReadStream(packed), createBrotliDecompress(), createWriteStream(join(out, name)));
}
chmodSync(join(out, "chromium"), 0o755);
