import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { worker } from "./worker/plugin.ts";

const city = process.env.TOCSIN_URL ?? "http://127.0.0.1:8765";
const out = process.env.TOCSIN_CONSOLE_OUT ?? fileURLToPath(new URL("../src/tocsin/console_dist", import.meta.url));

/** Each text file also packed: the server sends what the browser takes, and packs nothing itself. */
const packed = (): Plugin => ({
  name: "packed",
  apply: "build",
  async closeBundle() {
    const names = (await readdir(out, { recursive: true })).filter((name) => /\.(js|mjs|css|html|svg|geojson)$/.test(name));
    await Promise.all(
      names.map(async (name) => {
        const file = join(out, name);
        const bytes = await readFile(file);
        await Promise.all([promisify(gzip)(bytes, { level: 9 }).then((z) => writeFile(`${file}.gz`, z)), promisify(brotliCompress)(bytes).then((z) => writeFile(`${file}.br`, z))]);
      }),
    );
  },
});

export default defineConfig({
  plugins: [svelte(), worker(out), packed()],
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    // the content security policy has no data: scripts; small icons are inline SVG elements, never data URLs
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": { target: city, changeOrigin: false } } },
  test: { include: ["src/**/*.test.ts", "lint/**/*.test.ts", "worker/**/*.test.ts"], setupFiles: ["src/testing/speak.ts"] },
});
