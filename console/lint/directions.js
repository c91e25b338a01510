/**
 * Who may import whom. app > features > panels > map > live > api > ui > i18n; features are strangers to one
 * another, and map layers are drawn from values: they never reach into live/.
 */
import path from "node:path";

const RANK = { i18n: 0, ui: 1, api: 2, live: 3, map: 4, panels: 5, features: 6, app: 7 };

const partOf = (file) => {
  const at = file.split(path.sep).lastIndexOf("src");
  if (at < 0) return null;
  const parts = file.split(path.sep).slice(at + 1);
  return { part: parts[0], room: parts[1], rest: parts };
};

export const directions = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      up: "{{from}}/ must not import {{to}}/: imports go down (app, features, panels, map, live, api, ui, i18n).",
      sideways: "Feature {{from}} must not import feature {{to}}: share through live/, panels/ or ui/.",
      layer: "A map layer must not import live/: it is handed values.",
    },
  },
  create(context) {
    const here = partOf(context.filename);
    if (!here || !(here.part in RANK)) return {};
    const look = (node) => {
      const asked = node.source?.value;
      if (typeof asked !== "string" || !asked.startsWith(".")) return;
      const there = partOf(path.resolve(path.dirname(context.filename), asked));
      if (!there || !(there.part in RANK)) return;
      if (RANK[there.part] > RANK[here.part]) context.report({ node, messageId: "up", data: { from: here.part, to: there.part } });
      else if (here.part === "features" && there.part === "features" && here.room !== there.room)
        context.report({ node, messageId: "sideways", data: { from: here.room, to: there.room } });
      else if (here.part === "map" && here.room === "layers" && there.part === "live") context.report({ node, messageId: "layer" });
    };
    return { ImportDeclaration: look, ImportExpression: look, ExportNamedDeclaration: look, ExportAllDeclaration: look };
  },
};
