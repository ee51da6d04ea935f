// How values look.
import { h } from "./dom.js";

const MARKS = {
  good: ["succeeded", "ready", "closed", "running-service", "approve"],
  bad: ["failed", "compensation_failed", "open", "broken", "stopped", "unavailable", "needs_attention"],
  busy: ["running", "compensating", "starting", "half-open"],
  wait: ["waiting", "paused", "retrying", "degraded", "blocked"],
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
  if (seconds == null) return "–";
  const date = new Date(seconds * 1000);
  const near = Math.abs(Date.now() - date) < 43200000;
  return h("time", { datetime: date.toISOString(), title: date.toLocaleString() }, (near ? time : day).format(date));
}

export function span(seconds) {
  if (seconds == null) return "–";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return seconds < 172800 ? `${(seconds / 3600).toFixed(1)} h` : `${Math.round(seconds / 86400)} d`;
}

export function value(content, label) {
  if (content == null) return h("span", { class: "dim" }, "none");
  const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
  const size = `${text.length.toLocaleString()} characters`;
  const shown = text.length > 200000 ? text.slice(0, 200000) + "\n… cut here" : text;
  const pre = () => h("pre", { tabindex: 0, role: "region", "aria-label": label }, shown);
  if (text.length < 160) return pre();
  return h("details", { ontoggle: (event) => event.target.children.length < 2 && event.target.append(pre()) },
    h("summary", {}, `${label}, ${size}`));
}

export function problem(error) {
  return h("div", { class: "problem" }, h("strong", {}, error.code ?? "error"), ` ${error.message ?? ""}`,
    error.hint && h("p", {}, error.hint));
}

export const runLink = (id) => h("a", { href: `/ui/runs/${encodeURIComponent(id)}`, class: "mono", title: id }, "…" + id.slice(-8));

export function table(caption, heads, body) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", { class: "unseen" }, caption),
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head || h("span", { class: "unseen" }, "Actions"))))), body));
}

export const none = (text) => h("p", { class: "none" }, text);
