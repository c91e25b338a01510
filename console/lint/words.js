/**
 * Every word a person reads comes from i18n/en.ts: no text node and no readable attribute in a component.
 * Cure: add the words to the catalogue and write {t.x.y}.
 */
const READ_ALOUD = new Set(["title", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "placeholder", "alt", "label"]);
const LETTERS = /\p{L}{2,}/u;

export const words = {
  meta: { type: "problem", schema: [], messages: { hard: "Words written in a component: “{{words}}”. Put them into src/i18n/en.ts." } },
  create(context) {
    const report = (node, words) => {
      if (LETTERS.test(words)) context.report({ node, messageId: "hard", data: { words: words.trim().slice(0, 40) } });
    };
    const insideText = (node) => {
      for (let at = node.parent; at; at = at.parent) {
        if (at.type === "SvelteScriptElement" || at.type === "SvelteStyleElement") return true;
      }
      return false;
    };
    return {
      SvelteText(node) {
        if (!insideText(node)) report(node, node.value);
      },
      SvelteAttribute(node) {
        if (!READ_ALOUD.has(node.key?.name)) return;
        for (const value of node.value ?? []) if (value.type === "SvelteLiteral") report(value, value.value);
      },
      SvelteMustacheTag(node) {
        const said = node.expression;
        if (node.parent?.type === "SvelteAttribute" && !READ_ALOUD.has(node.parent.key?.name)) return;
        if (node.parent?.type?.includes("Directive") || node.parent?.type === "SvelteStyleDirective") return;
        if (said?.type === "Literal" && typeof said.value === "string") report(said, said.value);
        if (said?.type === "TemplateLiteral") for (const part of said.quasis) report(part, part.value.raw);
      },
    };
  },
};
