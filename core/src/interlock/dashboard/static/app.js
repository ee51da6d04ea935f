// The frame around the views: who is there, where we are, and what went wrong.
import { get, hear, live, may, me, newView, signedIn, signIn, signOut } from "./daemon.js";
import { button, h } from "./dom.js";

// What a page needs is loaded with it.
const from = (module, name) => async (place, argument) => {
  const loading = h("p.loading", "Loading…");
  place.append(loading);
  const views = await import(`./${module}.js`);
  loading.remove();
  if (place.isConnected) views[name](place, argument);
};
const MENU = [
  ["", [["", "Overview", from("overview", "overview")]]],
  ["Work", [["runs", "Runs", from("runs", "runs")], ["approvals", "Approvals", from("attention", "approvals")], ["dead-letters", "Dead letters", from("attention", "letters")],
    ["workflows", "Workflows", from("runs", "workflows")], ["schedules", "Schedules", from("system", "schedules")], ["queues", "Queues", from("system", "queues")]]],
  ["System", [["services", "Services", from("services", "services")], ["tools", "Tools", from("services", "tools")], ["plugins", "Plugins", from("system", "plugins")],
    ["actors", "Actors", from("system", "actors")], ["alerts", "Alerts", from("system", "alerts")], ["log", "Log", from("system", "log"), "operator"],
    ["config", "Configuration", from("system", "config"), "admin"], ["audit", "Audit", from("system", "audit"), "admin"]]],
];
const ONE = { runs: ["Run", from("run", "run")], services: ["Service", from("services", "service")], tools: ["Tool", from("services", "tool")], workflows: ["Workflow", from("runs", "workflow")] };
const NEEDS = { approvals: "approvals", "dead-letters": "dead_letters", alerts: "alerts", services: "services" };
const ENTRIES = MENU.flatMap(([, entries]) => entries);

const main = document.getElementById("main");
const top = document.getElementById("top");
const frame = new AbortController();

const here = () => location.pathname.replace(/^\/ui\/?/, "").replace(/\/$/, "");

// [title, view, its argument] of a path.
function found(path) {
  const [first, ...rest] = path.split("/");
  const name = rest.join("/");
  if (name && ONE[first]) return [...ONE[first], decodeURIComponent(name)];
  const entry = ENTRIES.find(([each]) => each === path);
  return entry ? [entry[1], entry[2]] : ["Not found", null];
}

function menu() {
  const counts = {};
  const toggle = button("Menu", () => open(nav.classList.toggle("open")), { class: "menu", "aria-expanded": "false", "aria-controls": "nav" });
  const open = (now) => toggle.setAttribute("aria-expanded", String(now));
  const nav = h("nav", { id: "nav", "aria-label": "Pages" }, MENU.map(([title, entries]) => h("div", title && h("h2", title),
    entries.filter(([, , , role]) => may(role ?? "viewer")).map(([path, text]) => h("a", { href: `/ui/${path}`, "data-path": path }, text, " ", (counts[path] = h("span.count")))))),
    h("div.who", h("span.dim", `${me.name} · ${me.role}`), button("Light or dark", shade), button("Sign out", leave)));
  top.replaceChildren(h("a.brand", { href: "/ui/" }, "Interlock"), toggle, nav);
  live(null, () => get("/summary?minutes=1"), ({ needs }) => {
    for (const [path, name] of Object.entries(NEEDS)) counts[path].replaceChildren(needs[name] ? h("span", String(needs[name]), h("span.unseen", " to look at")) : "");
  }, { topics: ["journal", "services", "alerts"], signal: frame.signal });
}

function mark() {
  const path = here();
  top.querySelector(".open")?.classList.remove("open");
  top.querySelector(".menu")?.setAttribute("aria-expanded", "false");
  for (const each of top.querySelectorAll("nav a")) {
    const mine = each.dataset.path;
    if (mine === path || (mine && path.startsWith(`${mine}/`))) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
}

function shade() {
  const root = document.documentElement.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.shade = (root.shade ?? (dark ? "dark" : "light")) === "dark" ? "light" : "dark";
  localStorage.setItem("shade", root.shade);
}

async function leave() {
  await signOut();
  login();
}

function login() {
  newView();
  hear();
  top.replaceChildren(h("a.brand", { href: "/ui/" }, "Interlock"));
  const fault = h("p.fault", { role: "alert" });
  const token = h("input", { id: "token", type: "password", autocomplete: "current-password", required: true });
  async function submit(event) {
    event.preventDefault();
    try {
      await signIn(token.value.trim());
      enter();
    } catch (error) {
      fault.textContent = error.message;
      token.focus();
    }
  }
  document.title = "Sign in – Interlock";
  main.replaceChildren(h("form.card.login", { onsubmit: submit },
    h("h1", "Sign in"),
    h("div.field", h("label", { for: "token" }, "Token"), token,
      h("span.about", "One of api.tokens, or the local admin's: ", h("code", "interlock token show"))),
    fault,
    h("div.actions", h("button.primary", "Sign in"))));
  token.focus();
}

function enter() {
  menu();
  hear();
  show();
}

function show() {
  newView();
  mark();
  const [title, view, argument] = found(here());
  document.title = `${argument ?? title} – Interlock`;
  const place = h("div.view", h("h1", title));
  main.replaceChildren(place);
  if (view) view(place, argument);
  else place.append(h("p", "There is no such page. ", h("a", { href: "/ui/" }, "To the overview")));
}

export function go(path) {
  history.pushState(null, "", path);
  show();
  main.focus();
  scrollTo(0, 0);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/ui/']");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (me.role) go(link.getAttribute("href"));
});
addEventListener("popstate", show);
addEventListener("signed-out", login);

if (localStorage.getItem("shade")) document.documentElement.dataset.shade = localStorage.getItem("shade");
try {
  (await signedIn()) ? enter() : login();
} catch (error) {
  main.replaceChildren(h("p.problem", error.message, " ", button("Try again", () => location.reload())));
}
