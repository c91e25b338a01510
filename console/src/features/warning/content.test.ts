import { expect, it } from "vitest";
import type { WarningDesk, WarningTemplate } from "../../api/warnings";
import { emptyArea, spotAt } from "./area";
import { allClear, begin, blank, fieldsOf, filled, openFields, toContent } from "./content";

const text = (language: string, headline = "Leave {place} now"): WarningTemplate["content"]["texts"][number] => ({ language, event: "Crowding", headline, description: "Too full at {place}.", instruction: "Walk to {destination}." });
const template: WarningTemplate = {
  id: "leave", title: "Leave", fits: true, radius_m: 400,
  content: { category: "Safety", response: "Evacuate", urgency: "Immediate", severity: "Severe", certainty: "Observed", area: { name: "", polygon: [], circle: null }, texts: [text("it"), text("en")], lasts_min: 60, template: "leave" },
};
const desk: WarningDesk = { exercise: false, sender: "City", languages: ["en", "pt"], approvers: [], templates: [template], feed: "" };

it("speaks the city's languages first, empty where a template has none", () => {
  const form = begin(template, desk, emptyArea());
  expect(form.texts.map((t) => t.language)).toEqual(["en", "pt", "it"]);
  expect(form.texts[1]?.headline).toBe("");
  expect(openFields(form.texts[0] ?? text("en"))).toBe(3);
  expect(openFields(form.texts[1] ?? text("pt"))).toBe(4);
});

it("keeps the place that is drawn and puts its name into the words", () => {
  const area = { ...emptyArea("the square"), centre: spotAt(11, 45) };
  const content = toContent(begin(template, desk, area));
  expect(content.area.circle).toEqual({ lon: 11, lat: 45, radius_m: 400 });
  expect(content.texts[0]?.headline).toBe("Leave the square now");
});

it("ends a warning in the languages it was told in", () => {
  const now = { ...toContent(blank(["en"])), area: { name: "the square", polygon: [], circle: null } };
  const end = allClear(now, { ...template, content: { ...template.content, response: "AllClear" } });
  expect(end.response).toBe("AllClear");
  expect(end.texts.map((t) => t.language)).toEqual(["en"]);
  expect(end.texts[0]?.headline).toBe("Leave the square now");
  expect(allClear(now, undefined).urgency).toBe("Past");
});

it("fills a field in every language at once", () => {
  const texts = [text("it"), text("en")];
  expect(fieldsOf(texts)).toEqual(["place", "destination"]);
  const done = filled(texts, "destination", " $& Via Roma ");
  expect(done.map((t) => t.instruction)).toEqual(["Walk to $& Via Roma.", "Walk to $& Via Roma."]);
  expect(fieldsOf(done)).toEqual(["place"]);
  expect(filled(texts, "destination", "  ")).toEqual(texts);
});
