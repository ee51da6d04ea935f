// The daemon's public API, and who uses it.

export const me = { name: "", role: "" };
const RANK = { viewer: 0, operator: 1, admin: 2 };
export const may = (role) => RANK[me.role] >= RANK[role];

async function request(method, path, body) {
  const options = { method, headers: {}, credentials: "same-origin" };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("The daemon does not answer. It may be restarting.");
  }
  const content = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return content;
  if (answer.status === 401 && me.role) {
    me.role = "";
    dispatchEvent(new Event("signed-out"));
  }
  const error = new Error([content?.message ?? `HTTP ${answer.status}`, content?.hint].filter(Boolean).join(". "));
  error.status = answer.status;
  error.details = content?.details;
  throw error;
}

const API = "/api/v1";
export const get = (path) => request("GET", API + path);
export const post = (path, body = {}) => request("POST", API + path, body);
export const drop = (path) => request("DELETE", API + path);
export const at = (...parts) => "/" + parts.map(encodeURIComponent).join("/");

export async function signedIn() {
  try {
    Object.assign(me, await request("GET", "/ui/session"));
  } catch (error) {
    if (error.status !== 401) throw error;
  }
  return Boolean(me.role);
}

export async function signIn(token) {
  Object.assign(me, await request("POST", "/ui/session", { token }));
}

export async function signOut() {
  await request("DELETE", "/ui/session");
  me.role = "";
}

// What is shown ends with its view.
let scope = new AbortController();
export function newView() {
  scope.abort();
  scope = new AbortController();
  return scope.signal;
}

// Load and show again and again, while the page can be seen; `again()` does it at once.
export function live(load, show, every = 2000) {
  const signal = scope.signal;
  let timer;
  let running = false;
  let wanted = false;
  async function again() {
    if (running) {
      wanted = true;
      return;
    }
    running = true;
    clearTimeout(timer);
    try {
      if (!document.hidden) {
        const found = await load();
        if (!signal.aborted) show(found);
      }
      document.body.classList.remove("offline");
    } catch (error) {
      if (!signal.aborted) dispatchEvent(new CustomEvent("trouble", { detail: error }));
    }
    running = false;
    if (signal.aborted) return;
    timer = setTimeout(again, wanted ? 50 : every);
    wanted = false;
  }
  document.addEventListener("visibilitychange", again, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  return { again, first: again() };
}

export function listen(path, kinds, heard) {
  const signal = scope.signal;
  const source = new EventSource(API + path);
  for (const kind of kinds) source.addEventListener(kind, (event) => heard(JSON.parse(event.data)));
  signal.addEventListener("abort", () => source.close());
  return source;
}
