// The frame around the views: who is there, where we are, and what went wrong.
import { me, newView, signedIn, signIn, signOut } from "./daemon.js";
import { h, say } from "./dom.js";
import { overview, runs, run } from "./runs.js";
import { approvals, letters, plugins, queues, schedules, services, tool, tools } from "./lists.js";

const VIEWS = [
  [/^$/, "Overview", overview],
  [/^runs$/, "Runs", runs],
  [/^runs\/([^/]+)$/, "Run", run],
  [/^services$/, "Services", services],
  [/^approvals$/, "Approvals", approvals],
  [/^dead-letters$/, "Dead letters", letters],
  [/^schedules$/, "Schedules", schedules],
  [/^queues$/, "Queues", queues],
  [/^tools$/, "Tools", tools],
  [/^tools\/(.+)$/, "Tool", tool],
  [/^plugins$/, "Plugins", plugins],
];
const MENU = ["", "runs", "services", "approvals", "dead-letters", "schedules", "queues", "tools", "plugins"];

const main = document.getElementById("main");
const top = document.getElementById("top");

function here() {
  return location.pathname.replace(/^\/ui\/?/, "").replace(/\/$/, "");
}

function title(path) {
  return VIEWS.find(([pattern]) => pattern.test(path))?.[1] ?? "Not found";
}

function frame() {
  const links = MENU.map((path) => {
    const current = here() === path || (path && here().startsWith(`${path}/`));
    return h("a", { href: `/ui/${path}`, "aria-current": current ? "page" : null }, title(path));
  });
  top.replaceChildren(
    h("a", { class: "brand", href: "/ui/" }, "Interlock"),
    h("nav", { "aria-label": "Pages" }, links),
    h("div", { class: "who" },
      h("span", { class: "dim" }, `${me.name} · ${me.role}`),
      h("button", { type: "button", onclick: shade }, "Light or dark"),
      h("button", { type: "button", onclick: leave }, "Sign out")));
}

function shade() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.shade ?? (dark ? "dark" : "light");
  document.documentElement.dataset.shade = now === "dark" ? "light" : "dark";
  localStorage.setItem("shade", document.documentElement.dataset.shade);
}

async function leave() {
  await signOut();
  login();
}

function login() {
  newView();
  top.replaceChildren(h("a", { class: "brand", href: "/ui/" }, "Interlock"));
  const fault = h("p", { class: "fault", role: "alert" });
  const token = h("input", { id: "token", type: "password", autocomplete: "current-password", required: true });
  async function submit(event) {
    event.preventDefault();
    try {
      await signIn(token.value.trim());
      show();
    } catch (error) {
      fault.textContent = error.message;
      token.focus();
    }
  }
  document.title = "Sign in – Interlock";
  main.replaceChildren(h("form", { class: "card login", onsubmit: submit },
    h("h1", {}, "Sign in"),
    h("div", { class: "field" }, h("label", { for: "token" }, "Token"), token,
      h("span", { class: "about" }, "One of the configuration, or the local admin's in daemon.json of the state folder.")),
    fault,
    h("div", { class: "actions" }, h("button", { class: "primary" }, "Sign in"))));
  token.focus();
}

function show() {
  newView();
  frame();
  const path = here();
  document.title = `${title(path)} – Interlock`;
  for (const [pattern, , view] of VIEWS) {
    const found = path.match(pattern);
    if (!found) continue;
    const place = h("div", { class: "view" });
    main.replaceChildren(place);
    view(place, ...found.slice(1).map(decodeURIComponent));
    return;
  }
  main.replaceChildren(h("h1", {}, "Not found"), h("p", {}, "There is no such page."));
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
  go(link.getAttribute("href"));
});
addEventListener("popstate", show);
addEventListener("signed-out", login);
addEventListener("trouble", (event) => {
  if (event.detail.status === 401) return;
  document.body.classList.toggle("offline", !event.detail.status);
  say(event.detail.message);
});

document.documentElement.dataset.shade = localStorage.getItem("shade") ?? "";
if (!document.documentElement.dataset.shade) delete document.documentElement.dataset.shade;
try {
  (await signedIn()) ? show() : login();
} catch (error) {
  main.replaceChildren(h("p", { class: "problem" }, error.message));
}
