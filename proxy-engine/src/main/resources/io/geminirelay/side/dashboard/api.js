// The admin API: one function a call. Every failure is an ApiError whose message is fit to show.

const ROOT = new URL("api/", document.baseURI);
const TIMEOUT_MS = 30_000;
const MARK = "relay-session";

let csrf = null;
let onUnauthorized = () => {};

/** What went wrong: status 0 means that no answer came. */
export class ApiError extends Error {
  constructor(status, message, { problems = [], retryAfter = null } = {}) {
    super(message);
    this.status = status;
    this.problems = problems;
    this.retryAfter = retryAfter;
  }
}

/** Told when a call finds that the session is over. */
export function whenUnauthorized(listener) {
  onUnauthorized = listener;
}

export async function call(method, path, { body, query, signal, quiet } = {}) {
  const url = new URL(path, ROOT);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== "" && value !== null && value !== undefined) {
      url.searchParams.set(name, value);
    }
  }
  const headers = { Accept: "application/json" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  if (method !== "GET" && csrf) {
    headers["X-CSRF-Token"] = csrf;
  }
  const answer = await send(url, { method, headers, body: text(body), signal });
  const data = await read(answer);
  if (answer.ok) {
    return data;
  }
  const error = failure(answer, data);
  if (error.status === 401 && !quiet) {
    onUnauthorized();
  }
  throw error;
}

function text(body) {
  return body === undefined ? undefined : JSON.stringify(body);
}

async function send(url, options) {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = options.signal ? anyOf(options.signal, timeout) : timeout;
  try {
    return await fetch(url, { ...options, signal, cache: "no-store", credentials: "same-origin" });
  } catch (error) {
    if (options.signal?.aborted) {
      throw error;
    }
    throw new ApiError(0, "The gateway did not answer. It may be stopped or out of reach.");
  }
}

function anyOf(first, second) {
  if (AbortSignal.any) {
    return AbortSignal.any([first, second]);
  }
  return first;
}

async function read(answer) {
  if (answer.status === 204) {
    return null;
  }
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

function failure(answer, data) {
  const error = data?.error ?? {};
  const message = error.message || `The gateway answered with status ${answer.status}.`;
  const seconds = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  return new ApiError(answer.status, message, {
    problems: data?.problems ?? error.problems ?? [],
    retryAfter: Number.isNaN(seconds) ? null : seconds,
  });
}

/** The cookie cannot be seen from here; without this note there is none worth asking about. */
const mark = {
  set: (on) => {
    try {
      on ? localStorage.setItem(MARK, "1") : localStorage.removeItem(MARK);
    } catch {
      // A browser that stores nothing is asked each time.
    }
  },
  missing: () => {
    try {
      return localStorage.getItem(MARK) === null;
    } catch {
      return false;
    }
  },
};

/** Asks whether this browser has a session; null when it has none. */
export async function session() {
  if (mark.missing()) {
    return null;
  }
  try {
    const found = await call("GET", "session", { quiet: true });
    csrf = found.csrf;
    return found;
  } catch (error) {
    if (error.status === 401) {
      csrf = null;
      mark.set(false);
      return null;
    }
    throw error;
  }
}

export async function login(token) {
  const found = await call("POST", "login", { body: { token }, quiet: true });
  csrf = found.csrf;
  mark.set(true);
  return found;
}

export async function logout() {
  await call("POST", "logout", { quiet: true });
  csrf = null;
  mark.set(false);
}

export function eventsUrl() {
  return new URL("events", ROOT).href;
}

/** With which status the events are answered; 0 for no answer. The stream itself is not kept. */
export async function streamStatus() {
  const enough = new AbortController();
  try {
    const answer = await send(new URL(eventsUrl()), { method: "GET", signal: enough.signal });
    return answer.status;
  } catch {
    return 0;
  } finally {
    enough.abort();
  }
}

const id = encodeURIComponent;

export const api = {
  overview: (o) => call("GET", "overview", o),
  history: (minutes, o) => call("GET", "history", { ...o, query: { minutes } }),
  keys: (query, o) => call("GET", "keys", { ...o, query }),
  key: (key, o) => call("GET", `keys/${id(key)}`, o),
  addKey: (body) => call("POST", "keys", { body }),
  importKeys: (body) => call("POST", "keys/import", { body }),
  removeKey: (key) => call("DELETE", `keys/${id(key)}`),
  actOnKey: (key, action) => call("POST", `keys/${id(key)}/${action}`),
  verifyKeys: (ids) => call("POST", "keys/verify", { body: { ids } }),
  groups: (o) => call("GET", "groups", o),
  models: (o) => call("GET", "models", o),
  clients: (o) => call("GET", "clients", o),
  addClient: (body) => call("POST", "clients", { body }),
  removeClient: (name) => call("DELETE", `clients/${id(name)}`),
  requests: (query, o) => call("GET", "requests", { ...o, query }),
  request: (request, o) => call("GET", `requests/${id(request)}`, o),
  exits: (o) => call("GET", "exits", o),
  config: (o) => call("GET", "config", o),
  changeConfig: (body) => call("PATCH", "config", { body }),
  reload: () => call("POST", "config/reload"),
  logs: (o) => call("GET", "logs", o),
  setLog: (logger, level) => call("PUT", `logs/${id(logger)}`, { body: { level } }),
};
