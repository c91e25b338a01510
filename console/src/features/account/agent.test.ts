import { expect, it } from "vitest";
import { agentWords } from "./agent";

it("says browser and system, most special name first", () => {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36";
  expect(agentWords(chrome)).toBe("Chrome on Linux");
  expect(agentWords(`${chrome} Edg/143.0`)).toBe("Edge on Linux");
  expect(agentWords("Mozilla/5.0 (Linux; Android 16; Pixel) AppleWebKit/537.36 Chrome/143.0 Mobile Safari/537.36")).toBe("Chrome on Android");
  expect(agentWords("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1 (KHTML, like Gecko) Version/26.0 Safari/605.1")).toBe("Safari on macOS");
});

it("says nothing of what it does not know", () => {
  expect(agentWords("")).toBe("");
  expect(agentWords("<script>alert(1)</script>")).toBe("");
});
