import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import { directions } from "./lint/directions.js";
import { styleAttribute } from "./lint/style-attribute.js";
import { words } from "./lint/words.js";

const oneDoor = (name, where) => ({ name, message: `Only ${where} does this.` });

export default ts.config(
  { ignores: ["node_modules", "src/api/schema.d.ts", "dist"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  { files: ["**/*.svelte", "**/*.svelte.ts"], languageOptions: { parserOptions: { parser: ts.parser } } },
  { files: ["dev/**", "lint/**", "*.config.*"], languageOptions: { globals: { ...globals.node } } },
  {
    files: ["src/**"],
    plugins: { local: { rules: { words, directions, "style-attribute": styleAttribute } } },
    rules: {
      "local/directions": "error",
      "local/style-attribute": "error",
      "max-lines": ["error", { max: 250 }],
      "no-restricted-syntax": ["error", { selector: "CallExpression[callee.property.name=/^toLocale(String|DateString|TimeString)$/]", message: "Figures and times are written by ui/numbers.ts and ui/time.ts, in the reader's language." }],
      "no-restricted-globals": ["error", oneDoor("fetch", "api/http.ts"), oneDoor("EventSource", "live/stream.ts")],
      "svelte/no-at-html-tags": "error",
      "svelte/no-navigation-without-resolve": "off",
      "svelte/prefer-svelte-reactivity": "off",
      "svelte/require-each-key": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/unified-signatures": "off",
      "no-undef": "off",
    },
  },
  { files: ["src/**/*.svelte"], rules: { "local/words": "error" } },
  { files: ["src/api/http.ts", "src/live/stream.ts", "src/**/*.test.ts"], rules: { "no-restricted-globals": "off" } },
);
