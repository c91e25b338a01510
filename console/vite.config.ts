import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const city = process.env.TOCSIN_URL ?? "http://127.0.0.1:8765";

export default defineConfig({
  plugins: [svelte()],
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  build: {
    outDir: process.env.TOCSIN_CONSOLE_OUT ?? fileURLToPath(new URL("../src/tocsin/console_dist", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    // the content security policy has no data: scripts; small icons are inline SVG elements, never data URLs
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { "/api": { target: city, changeOrigin: false } } },
  test: { include: ["src/**/*.test.ts", "dev/**/*.test.ts", "lint/**/*.test.ts"] },
});
