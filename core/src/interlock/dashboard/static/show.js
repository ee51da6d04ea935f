// How values look.
import { h } from "./dom.js";

const MARKS = {
  good: ["succeeded", "ready", "closed", "approve", "ok", "quiet"],
  bad: ["failed", "compensation_failed", "open", "stopped", "needs-attention", "crashed", "parked", "firing", "error"],
  busy: ["running", "compensating", "started", "starting", "checking", "half-open", "configured", "restarting"],
  wait: ["waiting", "paused", "retrying", "degraded", "blocked", "pending", "warning", "asks"],
};
const SIGN = { good: "✓", bad: "✕", busy: "●", wait: "◷", calm: "○" };

export function tone(status) {
  return Object.keys(MARKS).find((name) => MARKS[name].includes(status)) ?? "calm";
}

export function badge(status, text = status) {
  const kind = tone(status);
  return h("span", { class: `badge ${kind}` }, h("span", { "aria-hidden": "true" }, SIGN[kind] + " "), text.replaceAll("_", " "));
}

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export function moment(seconds) {
  if (seconds == null || seconds > 1e12) return "–";
  const date = new Date(seconds * 1000);
  const near = date.toDateString() === new Date().toDateString();
  return h("time", { datetime: date.toISOString(), title: date.toLocaleString() }, (near ? time : day).format(date));
}

export function span(seconds) {
  if (seconds == null) return "–";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return seconds < 172800 ? `${(seconds / 3600).toFixed(1)} h` : `${Math.round(seconds / 86400)} d`;
}

export const number = (content) => h("span.number", String(content ?? "–"));

// From one moment to another, or to now for as long as it is shown.
export function lasted(from, to) {
  const shown = number(span((to ?? Date.now() / 1000) - from));
  if (to == null) shown.dataset.since = from;
  return shown;
}
setInterval(() => {
  for (const each of document.querySelectorAll("[data-since]")) each.textContent = span(Math.max(0, Date.now() / 1000 - each.dataset.since));
}, 1000);

export function value(content, label) {
  if (content == null) return h("span.dim", "none");
  const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
  const shown = text.length > 200000 ? text.slice(0, 200000) + "\n… cut here" : text;
  const pre = () => h("pre", { tabindex: 0, role: "group", "aria-label": label }, shown);
  if (text.length < 160) return pre();
  return h("details", { ontoggle: (event) => event.target.children.length < 2 && event.target.append(pre()) },
    h("summary", `${label}, ${text.length.toLocaleString()} characters`));
}

// What our docstrings mark as code.
export const prose = (text) => text.split(/``?([^`]+)``?/).map((part, index) => (index % 2 ? h("code", part) : part));

export const titled = (title, content) => (content == null ? "" : h("div", h("h3", title), value(content, title)));

export function problem(error) {
  return h("div.problem", h("strong", error.code ?? "error"), ` ${error.message ?? ""}`,
    error.hint && h("p", error.hint));
}

export const runLink = (id) => h("a", { href: `/ui/runs/${encodeURIComponent(id)}`, class: "mono", title: id }, "…" + id.slice(-8));
export const link = (path, text) => h("a", { href: `/ui/${path}` }, text);

export function table(caption, heads, body, kind = "") {
  return h("table", { class: kind }, h("caption.unseen", caption),
    h("thead", h("tr", heads.map((head) => h("th", { scope: "col" }, head.tagName ? head : head || h("span.unseen", "Actions"))))), body);
}

// A row whose cells know their headings, for screens that are too narrow for columns.
export function row(heads, cells, more = {}) {
  return h("tr", more, cells.map((cell, index) => h(index ? "td" : "th", { scope: index ? null : "row", "data-label": heads[index] || null }, cell)));
}

export const none = (...text) => h("p.none", ...text);
export const section = (title, ...content) => h("section", { "aria-label": title }, h("h2", title), ...content);
export const facts = (pairs) => h("dl.facts", pairs.filter(([, each]) => each != null && each !== false).map(([name, each]) => h("div", h("dt", name), h("dd", each))));
