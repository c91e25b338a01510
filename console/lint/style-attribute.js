/** The content security policy refuses style attributes in markup. Cure: a class, or a style: directive (set by script). */
export const styleAttribute = {
  meta: { type: "problem", schema: [], messages: { attribute: "No style attribute: use a class or style:name={…}." } },
  create: (context) => ({
    SvelteAttribute(node) {
      if (node.key?.name === "style") context.report({ node, messageId: "attribute" });
    },
  }),
};
