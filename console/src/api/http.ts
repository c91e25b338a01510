/** The one file that calls fetch. Errors are problem+json; the words in them are for people. */
import type { Problem } from "./types";

export class ApiProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
  get status(): number {
    return this.problem.status;
  }
}

const BASE = "/api/v1";
let csrf = "";
let onSignedOut: () => void = () => undefined;

export const setCsrf = (token: string): void => void (csrf = token);
/** Called whenever the server says that nobody is signed in. */
export const whenSignedOut = (then: () => void): void => void (onSignedOut = then);

export type Query = Record<string, string | number | boolean | null | undefined>;

export function url(path: string, query: Query = {}): string {
  const asked = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== null && value !== undefined && value !== "") asked.set(key, String(value));
  const tail = asked.toString();
  return BASE + path + (tail ? `?${tail}` : "");
}

const unreachable = (detail: string): Problem => ({ type: "about:blank", title: "unreachable", status: 0, detail });

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const said = (await answer.json()) as Partial<Problem>;
    return { type: said.type ?? "about:blank", title: said.title ?? answer.statusText, status: answer.status, detail: said.detail ?? "", field: said.field, value: said.value, cure: said.cure };
  } catch {
    return { type: "about:blank", title: answer.statusText, status: answer.status, detail: "" };
  }
}

/** A file that ships with the console; null where it does not. */
export async function asset<T>(path: string): Promise<T | null> {
  try {
    const answer = await fetch(path);
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null;
  }
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

async function answered(method: Method, path: string, accept: string, options: { query?: Query; body?: unknown; signal?: AbortSignal }): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept };
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(url(path, options.query), {
      method,
      headers,
      credentials: "same-origin",
      signal: options.signal,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
    });
  } catch (caught) {
    if (caught instanceof DOMException && caught.name === "AbortError") throw caught;
    throw new ApiProblem(unreachable(caught instanceof Error ? caught.message : ""));
  }
  if (!answer.ok) {
    const problem = await problemOf(answer);
    if (answer.status === 401 && !path.startsWith("/session")) onSignedOut();
    throw new ApiProblem(problem);
  }
  return answer;
}

export async function call<T>(method: Method, path: string, options: { query?: Query; body?: unknown; signal?: AbortSignal } = {}): Promise<T> {
  const answer = await answered(method, path, "application/json", options);
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** A file, as its bytes; `accept`: which kind, where there are several. */
export async function file(method: Method, path: string, body?: unknown, accept = "*/*"): Promise<Blob> {
  const answer = await answered(method, path, accept, { body });
  try {
    return await answer.blob();
  } catch (caught) {
    throw new ApiProblem(unreachable(caught instanceof Error ? caught.message : ""));
  }
}

/** Send a file as it is. XMLHttpRequest, because fetch does not say how far it has come; `onsent`: 0 to 1. */
export function upload<T>(path: string, query: Query, body: Blob, onsent: (share: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url(path, query));
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    if (csrf) request.setRequestHeader("X-CSRF-Token", csrf);
    request.upload.onprogress = (e) => onsent(e.lengthComputable && e.total ? e.loaded / e.total : 0);
    request.onerror = () => reject(new ApiProblem(unreachable("")));
    request.onabort = () => reject(new DOMException("", "AbortError"));
    request.onload = () => {
      const said = new Response(request.responseText, { status: request.status || 500, statusText: request.statusText });
      if (said.ok) resolve(JSON.parse(request.responseText) as T);
      else void problemOf(said).then((problem) => {
        if (request.status === 401) onSignedOut();
        reject(new ApiProblem(problem));
      });
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
