// The steps of a template as boxes, coloured by what a run recorded of them.
import { h } from "./dom.js";
import { none, tone } from "./show.js";

const KINDS = ["call", "for_each", "parallel", "if", "switch", "while", "until", "steps", "transform", "publish", "sleep_until", "sleep", "wait_for", "approve", "fail", "return", "include", "run"];
const INSIDE = ["do", "steps", "then", "else", "default", "on_timeout"];
const SAYS = { bad: "failed", busy: "under way", wait: "waits", undo: "undone", good: "done", calm: "not begun" };

// `generate[3].code#2~pause` is of the template's step `generate.code`.
const plain = (path) => path.replaceAll(/\[\d+\]|#\d+|~\w+|\.page-\d+/g, "");

export function graph(source, recorded) {
  if (source.python) return none("Written in Python: ", h("code", source.python), ". Its steps are known as it does them.");
  const counts = new Map();
  for (const each of recorded) {
    const kind = each.path.includes("~undo") && each.status === "succeeded" ? "undo" : tone(each.status);
    for (let path = plain(each.path); path; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
      const seen = counts.get(path) ?? counts.set(path, {}).get(path);
      seen[kind] = (seen[kind] ?? 0) + 1;
    }
  }
  return h("div.scroll", { tabindex: 0, role: "region", "aria-label": "Graph of the workflow" }, flow(source.steps ?? [], "", counts));
}

const flow = (steps, before, counts) => h("ol.flow", steps.map((each, index) => node(each, index, before, counts)));

function node(each, index, before, counts) {
  const kind = KINDS.find((name) => name in each) ?? "step";
  const name = each.id ?? `${kind}-${index + 1}`;
  const path = before + name;
  const seen = counts.get(path) ?? {};
  const state = Object.keys(SAYS).find((one) => seen[one]) ?? "calm";
  const total = Object.values(seen).reduce((sum, count) => sum + count, 0);
  const what = ["string", "number"].includes(typeof each[kind]) ? String(each[kind]) : "";
  const inner = inside(each, kind);
  return h("li", { class: `node ${state}` },
    h("div.box", h("strong", name), h("code", `${kind} ${what}`.slice(0, 60)), counts.size > 0 && h("span", { class: `state ${state}` }, total > 1 ? Object.entries(seen).map(([one, count]) => `${count} ${SAYS[one]}`).join(", ") : SAYS[state])),
    inner.length > 0 && h("div.branches", inner.map(([title, steps, under]) => h("div.branch", title && h("span.dim", title), flow(steps, `${path}.${under}`, counts)))));
}

function inside(each, kind) {
  const named = Object.entries((kind === "parallel" ? each.parallel : each.cases) ?? {}).map(([title, steps]) => [title, steps, `${title}.`]);
  const blocks = INSIDE.filter((key) => Array.isArray(each[key])).map((key) => [["do", "steps"].includes(key) ? "" : key.replace("_", " "), each[key], ["then", "else", "default"].includes(key) ? `${key}.` : ""]);
  return [...named, ...blocks].filter(([, steps]) => Array.isArray(steps));
}
