import { afterEach, expect, it, vi } from "vitest";
import { ApiProblem, call, setCsrf, url, whenSignedOut } from "./http";

afterEach(() => vi.unstubAllGlobals());
const answers = (body: string, status = 200) => {
  const asked = vi.fn<(path: string, init: RequestInit) => Promise<Response>>(() => Promise.resolve(new Response(body, { status })));
  vi.stubGlobal("fetch", asked);
  return asked;
};

it("builds addresses without what was not asked", () => {
  expect(url("/alerts", { state: "open", at: undefined, limit: 5, after: null })).toBe("/api/v1/alerts?state=open&limit=5");
});

it("sends the token with mutations only", async () => {
  const asked = answers("{}");
  setCsrf("t");
  await call("GET", "/status");
  await call("POST", "/incidents", { body: { title: "x" } });
  expect((asked.mock.calls[0]?.[1].headers as Record<string, string>)["X-CSRF-Token"]).toBeUndefined();
  expect((asked.mock.calls[1]?.[1].headers as Record<string, string>)["X-CSRF-Token"]).toBe("t");
});

it("turns a refusal into its problem, whoever wrote it", async () => {
  answers('{"type":"t","title":"Invalid","status":422,"detail":"no such state","field":"state","cure":"open or all"}', 422);
  await expect(call("GET", "/alerts")).rejects.toMatchObject({ problem: { status: 422, field: "state", cure: "open or all" } });
  answers("<html>502</html>", 502);
  await expect(call("GET", "/alerts")).rejects.toMatchObject({ problem: { status: 502 } });
});

it("says when the server was not reached", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
  await expect(call("GET", "/alerts")).rejects.toBeInstanceOf(ApiProblem);
  await expect(call("GET", "/alerts")).rejects.toMatchObject({ status: 0 });
});

it("tells when nobody is signed in any more, but not at the sign-in itself", async () => {
  const out = vi.fn();
  whenSignedOut(out);
  answers("{}", 401);
  await expect(call("POST", "/session", { body: {} })).rejects.toBeInstanceOf(ApiProblem);
  expect(out).not.toHaveBeenCalled();
  await expect(call("GET", "/alerts")).rejects.toBeInstanceOf(ApiProblem);
  expect(out).toHaveBeenCalledTimes(1);
});
