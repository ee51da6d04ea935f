// Runs: how it goes overall, the list, and one of them.
import { at, get, listen, live, may, post } from "./daemon.js";
import { ask, h, keyed, say, svg } from "./dom.js";
import { formOf } from "./form.js";
import { badge, moment, none, problem, runLink, span, table, tone, value } from "./show.js";
import { go } from "./app.js";

const OPEN = ["running", "waiting", "paused", "compensating"];
const button = (text, onclick, more = {}) => h("button", { type: "button", onclick, "data-act": text, ...more }, text);

export function overview(place) {
  const figures = h("div", { class: "figures" });
  const needs = h("div");
  const latest = h("div");
  place.append(h("h1", {}, "Overview"), figures,
    h("section", { "aria-label": "Needs a person" }, h("h2", {}, "Needs a person"), needs),
    h("section", { "aria-label": "Latest runs" }, h("h2", {}, "Latest runs"), latest));
  live(load, show, 3000);

  async function load() {
    const hour = Date.now() / 1000 - 3600;
    const [recent, services, approvals, letters, alerts] = await Promise.all([
      get(`/runs?limit=1000&since=${hour}`), get("/services"), get("/approvals"), get("/dead-letters"), get("/alerts")]);
    return { recent: recent.items, services: services.items, approvals: approvals.items, letters: letters.items, alerts: alerts.items };
  }

  function show({ recent, services, approvals, letters, alerts }) {
    const minutes = recent.filter((each) => each.created > Date.now() / 1000 - 300).length / 5;
    const over = recent.filter((each) => each.finished);
    const bad = over.filter((each) => each.status.includes("failed")).length;
    const ready = services.filter((each) => each.state === "ready").length;
    figures.replaceChildren(
      figure(minutes.toFixed(1), "runs a minute"),
      figure(over.length ? `${Math.round((100 * bad) / over.length)} %` : "–", "of the last hour failed"),
      figure(recent.filter((each) => OPEN.includes(each.status)).length, "under way"),
      figure(`${ready} of ${services.length}`, "services ready"));
    const asked = [
      ...alerts.filter((each) => each.state === "firing").map((each) => h("li", {}, badge("failed", "alert"), ` ${each.name}: `, h("code", {}, each.rule))),
      ...services.filter((each) => each.state !== "ready").map((each) => h("li", {}, badge("failed", each.state), " ", h("a", { href: "/ui/services" }, each.name), ` ${each.reason ?? ""}`)),
      ...approvals.map((each) => h("li", {}, badge("waiting", "approval"), " ", h("a", { href: "/ui/approvals" }, each.title))),
      ...letters.slice(0, 10).map((each) => h("li", {}, badge("failed", "dead letter"), " ", h("a", { href: "/ui/dead-letters" }, each.subject), ` ${each.reason}`))];
    needs.replaceChildren(asked.length ? h("ul", { class: "plain" }, asked) : none("Nobody is needed."));
    latest.replaceChildren(recent.length ? table("Latest runs", HEADS, rows(recent.slice(0, 10))) : none("Nothing ran in the last hour."));
  }
}

const figure = (number, text) => h("div", { class: "card figure" }, h("strong", {}, String(number)), h("span", { class: "dim" }, text));

const HEADS = ["Run", "Workflow", "Status", "Began", "Took", "Why"];
const rows = (items) => h("tbody", {}, items.map((each) => h("tr", {}, cells(each))));

function cells(each) {
  const end = each.finished ?? Date.now() / 1000;
  return [h("td", {}, runLink(each.id)), h("td", {}, each.workflow), h("td", {}, badge(each.status)),
    h("td", {}, moment(each.created)), h("td", { class: "number" }, span(end - each.created)),
    h("td", { class: "why" }, each.error?.message ?? each.waiting?.reason ?? "")];
}

export function runs(place) {
  const filter = { status: "", workflow: "", tag: "" };
  const chosen = new Set();
  const body = h("tbody");
  const empty = none("No runs.");
  const bulk = h("div", { class: "actions" }, ["cancel", "pause", "resume", "retry"].map((each) => button(each, () => act(each), { disabled: true })));
  const status = h("select", { id: "status", onchange: change }, ["", ...OPEN, "succeeded", "failed", "cancelled", "compensated", "compensation_failed"].map((each) => h("option", { value: each }, each.replaceAll("_", " ") || "any status")));
  const field = (name) => h("input", { id: name, type: "search", placeholder: name, "aria-label": name, oninput: change });
  const [workflow, tag] = [field("workflow"), field("tag")];
  place.append(h("h1", {}, "Runs"),
    h("div", { class: "filter", role: "search" }, h("label", { for: "status", class: "unseen" }, "Status"), status, workflow, tag,
      may("operator") && button("Start a run", begin, { class: "primary" })),
    may("operator") && bulk,
    table("Runs", ["Choose", ...HEADS], body), empty);
  const { again } = live(load, show, 2000);

  function change() {
    Object.assign(filter, { status: status.value, workflow: workflow.value, tag: tag.value });
    again();
  }

  async function load() {
    const asked = new URLSearchParams(Object.entries(filter).filter(([, each]) => each));
    return (await get(`/runs?limit=100&${asked}`)).items;
  }

  function show(items) {
    empty.hidden = items.length > 0;
    keyed(body, items, (each) => each.id, (each) => h("tr", {}, h("td", {}, tick(each)), cells(each)));
  }

  function tick(each) {
    const box = h("input", { type: "checkbox", "aria-label": `Choose run ${each.id}`, checked: chosen.has(each.id), onchange });
    function onchange() {
      box.checked ? chosen.add(each.id) : chosen.delete(each.id);
      for (const one of bulk.children) one.disabled = !chosen.size;
    }
    return box;
  }

  async function act(action) {
    const done = await Promise.allSettled([...chosen].map((id) => post(at("runs", id, action))));
    const failed = done.filter((each) => each.status === "rejected");
    say(failed.length ? `${failed.length} of ${done.length}: ${failed[0].reason.message}` : `${done.length} runs: ${action}`);
    chosen.clear();
    for (const one of bulk.children) one.disabled = true;
    body.replaceChildren();
    again();
  }

  async function begin() {
    const known = (await get("/workflows")).items;
    const fields = h("div");
    let form;
    const which = h("select", { id: "which", onchange: choose }, known.map((each) => h("option", { value: each.name }, each.name)));
    function choose() {
      const found = known.find((each) => each.name === which.value);
      form = formOf(found.input_schema);
      fields.replaceChildren(h("p", { class: "dim" }, found.description), form.element);
    }
    if (!known.length) return say("There are no workflows.");
    choose();
    ask("Start a run", h("div", {}, h("div", { class: "field" }, h("label", { for: "which" }, "Workflow"), which), fields), "Start", async () => {
      const started = await post(at("workflows", which.value, "start"), { input: form.read() });
      go(`/ui/runs/${started.run_id}`);
    });
  }
}

export function run(place, id) {
  const head = h("div");
  const acts = h("div", { class: "actions" });
  const chart = h("div");
  const steps = h("tbody");
  const said = h("ol", { class: "log", reversed: true, "aria-label": "What happens" });
  const data = h("div");
  place.append(head, acts, h("h2", {}, "Timeline"), chart,
    h("h2", {}, "Steps"), table("Steps", ["Step", "What", "Status", "Tries", "Took", "Result"], steps),
    h("h2", {}, "Input and output"), data, h("h2", {}, "As it happens"), said);
  const { again } = live(load, show, 2000);
  const watching = listen(at("runs", id, "watch"), KINDS, (item) => {
    // The stream ends with the run, and the browser would ask for it again and again.
    if (item.end) watching.close();
    said.prepend(h("li", {}, moment(item.at), ` ${item.kind.replaceAll("-", " ")} `, h("code", {}, item.path || item.what), ` ${item.message ?? ""}`));
    while (said.children.length > 200) said.lastChild.remove();
    again();
  });

  async function load() {
    const [record, recorded, asked] = await Promise.all([get(at("runs", id)), get(at("runs", id, "steps")), get(`/approvals?run=${encodeURIComponent(id)}`)]);
    return { record, steps: recorded.items, asked: asked.items };
  }

  function show({ record, steps: recorded, asked }) {
    keyed(head, [{ record, asked }], () => "head", () => h("div", {},
      h("h1", {}, record.workflow, " ", badge(record.status)),
      h("p", { class: "dim" }, h("span", { class: "mono" }, record.id), " · began ", moment(record.created),
        record.finished && [" · took ", span(record.finished - record.created)], record.parent && [" · for ", runLink(record.parent)],
        record.tags.map((each) => [" · ", h("code", {}, each)])),
      record.waiting && !record.finished && h("p", {}, `Waits: ${record.waiting.reason}`, record.waiting.until && [" until ", moment(record.waiting.until)]),
      record.error && problem(record.error),
      asked.map((each) => h("p", {}, badge("waiting", "asks"), " ", h("a", { href: "/ui/approvals" }, each.title)))));
    keyed(acts, may("operator") ? choices(record) : [], (each) => each, (each) => button(each, () => ACTS[each](record, recorded, again)));
    chart.replaceChildren(recorded.length ? gantt(recorded, record) : none("No step has ended yet."));
    keyed(steps, recorded, (each) => each.path, (each) => row(each, record, again));
    keyed(data, [record], () => "data", () => h("div", {}, value(record.input, "Input"), record.output != null && value(record.output, "Output")));
  }
}

const KINDS = ["started", "succeeded", "failed", "retrying", "waiting", "skipped", "undone"].map((each) => `step-${each}`)
  .concat(["started", "resumed", "waiting", "paused", "compensating", "succeeded", "failed", "cancelled"].map((each) => `run-${each}`));

function choices(record) {
  if (record.finished == null) return record.status === "paused" ? ["Resume", "Cancel"] : ["Pause", "Cancel"];
  return record.status === "succeeded" ? ["Fork"] : ["Retry", "Fork"];
}

const act = (action) => async (record, steps, again) => {
  try {
    await post(at("runs", record.id, action));
  } catch (error) {
    say(error.message);
  }
  again();
};

const ACTS = {
  Pause: act("pause"),
  Resume: act("resume"),
  Retry: act("retry"),
  Cancel: (record, steps, again) => ask("Cancel this run?", h("p", {}, "Nothing new begins, and what it completed is undone as its template says."), "Cancel it", async () => {
    await post(at("runs", record.id, "cancel"));
    again();
  }, true),
  Fork: (record, steps) => fork(record, steps),
};

function fork(record, steps, from = "") {
  const form = formOf({}, record.input);
  const which = h("select", { id: "from" }, h("option", { value: "" }, "the beginning"), steps.map((each) => h("option", { value: each.path, selected: each.path === from }, each.path)));
  ask("Fork this run", h("div", {}, h("div", { class: "field" }, h("label", { for: "from" }, "Do anew from"), which), form.element), "Fork", async () => {
    const started = await post(at("runs", record.id, "fork"), { step: which.value || null, input: form.read() });
    go(`/ui/runs/${started.run_id}`);
  });
}

function row(each, record) {
  const result = each.error ? problem(each.error) : each.waiting ? `${each.waiting.reason ?? ""}` : value(each.output, "Output");
  return h("tr", {}, h("th", { scope: "row", class: "mono" }, each.path), h("td", { class: "mono" }, each.what), h("td", {}, badge(each.status)),
    h("td", { class: "number" }, each.attempts), h("td", { class: "number" }, span(each.seconds)),
    h("td", {}, result, record.finished && may("operator") && button("Fork here", () => fork(record, [each], each.path))));
}

// One bar for each step, from its first try to its end.
function gantt(steps, record) {
  const start = record.created;
  const end = Math.max(record.finished ?? Date.now() / 1000, start + 0.001);
  const shown = steps.slice(-60);
  const [wide, high, left] = [1000, 22, 260];
  const at = (moment) => left + ((moment - start) / (end - start)) * (wide - left);
  const bars = shown.flatMap((each, index) => {
    const y = index * high;
    const from = at(each.started);
    const to = at(each.finished ?? end);
    const text = svg("text", { x: left - 8, y: y + 15, "text-anchor": "end" });
    text.textContent = each.path.length > 36 ? `…${each.path.slice(-35)}` : each.path;
    const bar = svg("rect", { x: from, y: y + 4, width: Math.max(2, to - from), height: high - 8, rx: 3, class: `bar ${tone(each.status)}` });
    const title = svg("title");
    title.textContent = `${each.path}: ${each.status}, ${each.seconds == null ? "not over" : `${each.seconds.toFixed(3)} s`}`;
    bar.append(title);
    return [text, bar];
  });
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Timeline" },
    svg("svg", { viewBox: `0 0 ${wide} ${shown.length * high}`, class: "gantt", role: "img", "aria-label": `${shown.length} steps over ${(end - start).toFixed(1)} seconds` }, ...bars));
}
