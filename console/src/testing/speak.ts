/** Tests speak English unless they say otherwise, also in modules that are loaded anew. */
import { vi } from "vitest";

vi.mock("../i18n", async (load) => {
  const words = await load<typeof import("../i18n")>();
  await words.speak("en");
  return words;
});
