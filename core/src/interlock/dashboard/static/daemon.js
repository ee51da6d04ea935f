// The daemon's public API, who uses it, and being told what changes.
import { h } from "./dom.js";

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
  const error = new Error([content?.message ?? `The daemon answered ${answer.status}`, content?.hint].filter(Boolean).join(". "));
  error.status = answer.status;
  error.faults = content?.details?.faults ?? [];
  throw error;
}

const API = "/api/v1";
export const get = (path) => request("GET", API + path);
export const items = async (path) => (await get(path)).items;
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
}

// One stream tells all views what has changed. A page that nobody sees holds no connection,
// because a browser has only six for all its tabs.
let changes;
export function hear() {
  changes?.close();
  changes = null;
  if (document.hidden || !me.role) return;
  changes = listen("/watch", ["changed"], ({ topics }) => tell(topics));
  // What happened before it was heard, or while it was not, is in none of its messages.
  changes.onopen = () => tell(["journal", "services", "alerts"]);
}
const tell = (topics) => dispatchEvent(new CustomEvent("changed", { detail: topics }));
document.addEventListener("visibilitychange", hear);

// Load and show, and again whenever one of the topics has changed; `again()` does it at once.
export function live(place, load, show, { topics = ["journal"], every = 10000, signal = scope.signal } = {}) {
  const state = h("p.loading", "Loading…");
  let [timer, running, wanted] = [];
  place?.append(state);
  async function again() {
    wanted = running;
    if (running || document.hidden) return;
    running = true;
    clearTimeout(timer);
    try {
      const found = await load();
      if (!signal.aborted) show(found);
      state.remove();
      offline("");
    } catch (error) {
      if (!signal.aborted) trouble(error);
    }
    running = false;
    if (!signal.aborted) timer = setTimeout(again, wanted ? 0 : every);
  }
  function trouble(error) {
    if (!error.status) offline(error.message);
    if (!state.isConnected) return;
    state.className = "problem";
    state.replaceChildren(error.message, " ", h("button", { type: "button", onclick: again }, "Try again"));
  }
  document.addEventListener("visibilitychange", again, { signal });
  addEventListener("changed", ({ detail }) => detail.some((topic) => topics.includes(topic)) && again(), { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  again();
  return again;
}

function offline(text) {
  document.getElementById("offline").textContent = text && `${text} What you see may be old.`;
}

export function listen(path, kinds, heard, signal = null) {
  const source = new EventSource(API + path);
  for (const kind of kinds) source.addEventListener(kind, (event) => heard(JSON.parse(event.data), source));
  signal?.addEventListener("abort", () => source.close());
  return source;
}

export const follow = (path, kinds, heard) => listen(path, kinds, heard, scope.signal);
