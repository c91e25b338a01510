import { mount } from "svelte";
import { speak } from "./i18n";
import { preferred } from "./i18n/choice";
import { settings } from "./ui/settings.svelte";
import "./ui/font.css";
import "./ui/tokens.css";
import "./ui/components.css";
import "./ui/reflow.css";
import "./ui/forced.css";

settings.apply();
const target = document.getElementById("app");
/** Words first: whatever is loaded after them may read them at once. */
async function begin(target: HTMLElement): Promise<void> {
  await speak(preferred(navigator.languages) ?? "en");
  const { default: App } = await import("./app/App.svelte");
  mount(App, { target });
}
if (target) void begin(target);
