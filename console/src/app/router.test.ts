import { expect, it, vi } from "vitest";

vi.stubGlobal("location", { pathname: "/" });
const { parse, pathOf } = await import("./router.svelte");

it("reads boards and ids, there and back", () => {
  const urn = "urn:ngsi-ld:ItemFlowObserved:K-05";
  expect(parse("/")).toEqual({ board: "operator", id: null });
  expect(parse(pathOf("sensors", urn))).toEqual({ board: "sensors", id: urn });
  expect(parse(pathOf("operator", "AL-0001"))).toEqual({ board: "operator", id: "AL-0001" });
  expect(parse(pathOf("account"))).toEqual({ board: "account", id: null });
  expect(parse(pathOf("boards", "supervisor"))).toEqual({ board: "boards", id: "supervisor" });
  expect(parse("/incident/INC-001")).toEqual({ board: "incident", id: "INC-001" });
});

it("knows what it does not know, and survives a broken address", () => {
  expect(parse("/nowhere").board).toBe("missing");
  expect(parse("/sensors/%E0%A4%A").board).toBe("sensors");
});
