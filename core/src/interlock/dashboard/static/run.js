// One run: its steps over time, what it waits for, what can be done.
import { at, follow, get, items, live, may, post } from "./daemon.js";
import { ask, attempt, button, h, keyed } from "./dom.js";
import { question } from "./attention.js";
import { formOf } from "./form.js";
import { graph } from "./graph.js";
import { badge, facts, lasted, moment, none, number, problem, runLink, section, span, tone, value } from "./show.js";
import { go } from "./app.js";

const KINDS = ["started", "succeeded", "failed", "retrying", "waiting", "skipped", "undone"].map((each) => `step-${each}`)
  .concat(["started", "resumed", "waiting", "paused", "compensating", "succeeded", "failed", "cancelled", "compensated", "compensation_failed"].map((each) => `run-${each}`));
const MOST = 400;

export function run(place, id) {
  const [head, asked, acts, axis, steps, chart, data] = Array.from({ length: 7 }, () => h("div"));
  const said = h("ol.log");
  const none_said = none("Nothing has happened since you came.");
  const parts = h("div", { hidden: true }, head, asked, acts,
    section("Steps", legend(), axis, steps), section("The workflow", chart), section("Input and output", data), section("As it happens", none_said, said));
  acts.className = "actions";
  steps.className = "steps";
  place.append(parts);
  let versions;
  const again = live(place, load, show, { every: 5000 });
  let source;
  const watch = () => { source = follow(at("runs", id, "watch"), KINDS, heard); };
  watch();

  function heard(item) {
    // The stream ends with the run, and the browser would ask for it again and again.
    if (item.end) source.close();
    none_said.remove();
    said.prepend(h("li", moment(item.at), " ", item.kind.replaceAll("-", " "), " ", h("code", item.path || item.what), " ", item.message ?? ""));
    while (said.children.length > 200) said.lastChild.remove();
    again();
  }

  async function load() {
    const [record, recorded, open] = await Promise.all([get(at("runs", id)), items(at("runs", id, "steps")), items(`/approvals?run=${encodeURIComponent(id)}`)]);
    versions ??= await items(at("workflows", record.workflow, "versions")).catch(() => []);
    return { record, recorded, open };
  }

  function show({ record, recorded, open }) {
    place.firstChild.replaceChildren(record.workflow, " ", badge(record.status));
    keyed(head, [record], () => 1, about);
    keyed(asked, open, (each) => each.id, (each) => question(each, again));
    keyed(acts, may("operator") ? choices(record) : [], (each) => each, (each) => button(each, () => ACTS[each](record, recorded, again)));
    const [from, to] = [Math.min(Infinity, ...recorded.map((each) => each.started)), record.finished ?? Date.now() / 1000];
    const long = Math.max(to - from, 0.001);
    const percent = (when) => `${Math.min(100, (100 * Math.max(0, when - from)) / long)}%`;
    axis.replaceChildren(recorded.length ? h("p.axis", { "aria-hidden": "true" }, [0, 0.25, 0.5, 0.75, 1].map((part) => h("span", span(part * long)))) : none("No step has begun."));
    const over = record.finished != null;
    keyed(steps, ordered(recorded).map((each) => ({ ...each, over })), (each) => each.path ?? "", (each) => (each.path ? step(each, record, recorded) : h("p.dim", `${each.left} more steps are not shown.`)));
    // What is still open grows with time, and so does the scale.
    for (const part of steps.querySelectorAll("i")) Object.assign(part.style, { left: percent(part.from), width: `max(3px, ${((part.to ?? to) - part.from) / long * 100}%)` });
    const version = versions.find((each) => each.version === record.version) ?? versions[0];
    keyed(chart, [recorded], () => 1, () => h("div", version ? graph(JSON.parse(version.source), recorded) : none("Its workflow is gone."),
      version && version.version !== record.version && h("p.dim", "As the workflow is now; the run goes by an older version.")));
    keyed(data, [record], () => 1, () => h("div", h("h3", "Input"), value(record.input, "Input"), h("h3", "Output"), value(record.output, "Output")));
    if (!record.finished && source.readyState === EventSource.CLOSED) watch();
    parts.hidden = false;
  }
}

const about = (record) => h("div",
  facts([["Run", h("span.mono", record.id)], ["Began", moment(record.created)], [record.finished ? "Took" : "For", lasted(record.created, record.finished)],
    ["Of run", record.parent && runLink(record.parent)], ["Tags", record.tags.length ? record.tags.map((each) => [each.startsWith("fork:") ? ["fork of ", runLink(each.slice(5))] : h("code", each), " "]) : null],
    ["Trace", record.trace_url ? h("a", { href: record.trace_url, target: "_blank", rel: "noopener" }, "Open") : record.trace && h("code", record.trace)]]),
  record.waiting && !record.finished && h("p.note.wait", "Waits: ", record.waiting.reason, record.waiting.until && [", until ", moment(record.waiting.until)]),
  record.error && h("div.note.bad", problem(record.error)));

const legend = () => h("p.legend", [["good", "done"], ["busy", "under way"], ["bad", "failed try"], ["wait", "wait"], ["undo", "undone"]].map(([kind, text]) => h("span", { class: kind }, `■ ${text}`)));

// The items of a loop one after the other, whatever order they ended in.
function ordered(recorded) {
  const byStart = [...recorded].sort((a, b) => a.started - b.started);
  return byStart.length > MOST ? [...byStart.slice(-MOST), { left: byStart.length - MOST }] : byStart;
}

function step(each, record, recorded) {
  const undo = each.path.includes("~undo");
  const bars = each.history.map((part) => {
    const kind = part.kind === "wait" ? "wait" : undo && part.status === "succeeded" ? "undo" : tone(part.status);
    return Object.assign(h("i", { class: kind, title: `${part.kind}: ${part.status}, ${part.finished ? span(part.finished - part.started) : "not over"}` }), { from: part.started, to: part.finished });
  });
  const tries = each.history.map((part, index) => h("li", badge(part.kind === "wait" ? "waiting" : part.status, part.kind === "wait" ? "wait" : part.status), " ", moment(part.started), ", ", lasted(part.started, part.finished), index ? "" : " (the first)"));
  return h("details",
    h("summary", h("span.name", undo ? `undo ${each.path.replace("~undo", "")}` : each.path), h("span.track", { "aria-hidden": "true" }, bars), h("span.ends", badge(each.waiting ? "waiting" : each.status), each.attempts > 1 && h("span.dim", ` ${each.attempts} tries`), " ", lasted(each.started, each.finished), each.waiting?.reason && h("span.why", each.waiting.reason))),
    h("div.inside",
      facts([["Does", h("code", each.what)], ["Waits for", each.waiting && [each.waiting.reason ?? "", each.waiting.until && [", until ", moment(each.waiting.until)]]]]),
      each.error && problem(each.error), each.status === "succeeded" && value(each.output, "Output"),
      tries.length > 1 && [h("h3", "Tries and waits"), h("ul.plain", tries)],
      each.over && may("operator") && !undo && h("div.actions", button("Retry from here", () => fork(record, recorded, each.path)))));
}

function choices(record) {
  if (record.finished == null) return record.status === "paused" ? ["Resume", "Cancel"] : ["Pause", "Cancel"];
  return record.status === "succeeded" ? ["Fork"] : ["Retry", "Fork"];
}

const act = (action, done) => (record, _, again) => attempt(() => post(at("runs", record.id, action)), done, again);

const ACTS = {
  Pause: act("pause", "It begins nothing new."),
  Resume: act("resume", "It goes on."),
  Retry: act("retry", "It is tried again."),
  Cancel: (record, _, again) => ask("Cancel this run?", h("p", "Nothing new begins, and what it completed is undone as its template says."), "Cancel it", async () => {
    await post(at("runs", record.id, "cancel"));
    again();
  }, true),
  Fork: (record, recorded) => fork(record, recorded),
};

// A new run that takes over what this one did before a step.
function fork(record, recorded, from = "") {
  const form = formOf({}, record.input);
  const which = h("select", { id: "from" }, h("option", { value: "" }, "the beginning"), recorded.map((each) => h("option", { value: each.path, selected: each.path === from }, each.path)));
  ask(from ? `Retry from ${from}` : "Fork this run", h("div", h("p.dim", "A new run takes over what was done before, and does the rest anew."),
    h("div.field", h("label", { for: "from" }, "Do anew from"), which), form.element), "Start it", async () => {
    const started = await post(at("runs", record.id, "fork"), { step: which.value || null, input: form.read() });
    go(`/ui/runs/${started.run_id}`);
  });
}
