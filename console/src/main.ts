import { mount } from "svelte";
import App from "./app/App.svelte";
import { settings } from "./ui/settings.svelte";
import "./ui/font.css";
import "./ui/tokens.css";
import "./ui/components.css";

settings.apply();
const target = document.getElementById("app");
if (target) mount(App, { target });
