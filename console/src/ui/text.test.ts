import { expect, it } from "vitest";
import { localId, plain, raw, typeOf } from "./text";

it("makes what would deceive the eye visible", () => {
  expect(plain("exe\u202etxt")).toBe("exe⟨202E⟩txt");
  expect(plain("a\u200bb\u0000c")).toBe("a⟨200B⟩b⟨0000⟩c");
  expect(plain("<script>alert(1)</script>")).toBe("<script>alert(1)</script>");
});

it("bounds a line and joins lines", () => {
  expect(plain("a\n\tb")).toBe("a b");
  expect(plain("x".repeat(100_000), 10)).toBe(`${"x".repeat(9)}…`);
});

it("keeps line ends in raw text", () => {
  expect(raw("a\r\nb\u202e")).toBe("a\nb⟨202E⟩");
});

it("says the local part of an id", () => {
  expect(localId("urn:ngsi-ld:ItemFlowObserved:K-05")).toBe("K-05");
  expect(localId("urn:ngsi-ld:X:a:b")).toBe("a:b");
  expect(localId("K-05")).toBe("K-05");
  expect(typeOf("urn:ngsi-ld:ItemFlowObserved:K-05")).toBe("ItemFlowObserved");
});
