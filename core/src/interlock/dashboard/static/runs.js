// Runs as a list, and the workflows that they are runs of.
import { at, get, items, live, may, post } from "./daemon.js";
import { ask, attempt, button, choosing, h, keyed, say } from "./dom.js";
import { formOf } from "./form.js";
import { graph } from "./graph.js";
import { badge, lasted, link, moment, none, row, runLink, section, table, titled } from "./show.js";
import { go } from "./app.js";

const OPEN = ["running", "waiting", "paused", "compensating"];
const STATUSES = [...OPEN, "succeeded", "failed", "cancelled", "compensated", "compensation_failed"];
const ACTIONS = ["cancel", "pause", "resume", "retry"];
const PAGE = 50;
const capital = (text) => text[0].toUpperCase() + text.slice(1);

export const HEADS = ["Run", "Workflow", "Status", "Began", "Took", "Why"];
export const cells = (each) => [runLink(each.id), each.workflow, badge(each.status), moment(each.created), lasted(each.created, each.finished),
  h("span.why", each.error?.message ?? each.waiting?.reason ?? "")];

export function runs(place) {
  const given = new URLSearchParams(location.search);
  let [shown, limit] = [[], PAGE];
  const body = h("tbody");
  const empty = h("div");
  const chips = h("div.chips", { role: "group", "aria-label": "By status" });
  const field = (name, about) => h("input", { id: name, type: "search", placeholder: about, "aria-label": about, value: given.get(name) ?? "", oninput: change });
  const fields = [field("text", "Search id, input, problem"), field("workflow", "Workflow"), field("tag", "Tag")];
  const chosen = choosing("runs", () => shown.map((each) => each.id), (_, all) => [...ACTIONS.map((each) => button(capital(each), () => act(each))), all && !more.hidden && [...wanted()].length ? button("All that fit …", fitting) : ""]);
  const heads = may("operator") ? [chosen.every, ...HEADS] : HEADS;
  const more = button("Show more", () => { limit += PAGE; again(); });
  place.append(h("div.filter", { role: "search" }, fields, may("operator") && button("Start a run", () => begin(), { class: "primary" })),
    chips, chosen.place, table("Runs", heads, body, "compact"), empty, more);
  const again = live(place, load, show);

  function wanted() {
    return new URLSearchParams([...fields.map((each) => [each.id, each.value]), ["status", given.get("status") ?? ""]].filter(([, text]) => text));
  }

  function change() {
    history.replaceState(null, "", `/ui/runs?${wanted()}`);
    limit = PAGE;
    again();
  }

  async function load() {
    const [found, summary] = await Promise.all([items(`/runs?brief=true&limit=${limit + 1}&${wanted()}`), get("/summary")]);
    return { found, counts: summary.runs };
  }

  function show({ found, counts }) {
    shown = found.slice(0, limit);
    more.hidden = found.length <= limit;
    const now = given.get("status") ?? "";
    keyed(chips, ["", ...STATUSES].filter((each) => !each || counts[each] || each === now).map((each) => ({ each, count: counts[each], on: each === now })), ({ each }) => each || "all",
      ({ each, count, on }) => button(`${each.replaceAll("_", " ") || "all"}${count ? ` ${count}` : ""}`, () => { given.set("status", each); change(); }, { class: "chip", "aria-pressed": String(on), title: each && !OPEN.includes(each) ? "of the last hour" : null }));
    empty.replaceChildren(shown.length ? "" : none([...wanted()].length ? "No run fits. Ask for less." : "Nothing has run yet."));
    keyed(body, shown, (each) => each.id, (each) => row(heads, may("operator") ? [chosen.tick(each.id), ...cells(each)] : cells(each)));
    chosen.count();
  }

  function act(action) {
    const work = () => chosen.all(action, (id) => post(at("runs", id, action)), again);
    if (action !== "cancel") return work();
    ask("Cancel the chosen runs?", h("p", "Nothing new begins in them, and what they completed is undone as their templates say."), "Cancel them", work, true);
  }

  function fitting() {
    const action = h("select", { id: "action" }, ACTIONS.map((one) => h("option", one)));
    ask("All runs that fit", h("div", h("p", `Also those that are not shown: ${[...wanted()].map((pair) => pair.join(" is ")).join(", ")}.`),
      h("div.field", h("label", { for: "action" }, "Do"), action)), "Do it", async () => {
      const told = await post("/runs/each", { action: action.value, where: Object.fromEntries(wanted()), limit: 10000 });
      say(`${told.done.length} runs: ${action.value}; ${Object.keys(told.failed).length} could not`);
      chosen.choose(false);
      again();
    }, true);
  }
}

export async function begin(name) {
  const known = await attempt(() => items("/workflows"));
  if (!known?.length) return known && say("There are no workflows: see workflows.paths in the configuration.");
  const fields = h("div");
  let form;
  const which = h("select", { id: "which", onchange: choose }, known.map((each) => h("option", { value: each.name, selected: each.name === name }, each.name)));
  function choose() {
    const one = known.find((each) => each.name === which.value);
    form = formOf(one.input_schema);
    fields.replaceChildren(h("p.dim", one.description), form.element);
  }
  choose();
  ask("Start a run", h("div", h("div.field", h("label", { for: "which" }, "Workflow"), which), fields), "Start", async () => {
    const started = await post(at("workflows", which.value, "start"), { input: form.read() });
    go(`/ui/runs/${started.run_id}`);
  });
}

const ABOUT = ["Workflow", "What it does", "Steps", "Version", ""];

export function workflows(place) {
  const body = h("tbody");
  const empty = h("div");
  place.append(table("Workflows", ABOUT, body), empty);
  live(place, () => items("/workflows"), (found) => {
    empty.replaceChildren(found.length ? "" : none("There are no workflows: see workflows.paths in the configuration."));
    keyed(body, found, (each) => each.name, (each) => row(ABOUT, [link(`workflows/${encodeURIComponent(each.name)}`, each.name), each.description, String(each.steps.length),
      h("code", each.version.slice(0, 12)), may("operator") && button("Start", () => begin(each.name))]));
  }, { topics: [] });
}

export function workflow(place, name) {
  place.firstChild.textContent = name;
  const body = h("div");
  place.append(body);
  live(place, async () => ({ found: await get(at("workflows", name)), versions: await items(at("workflows", name, "versions")) }), ({ found, versions }) => keyed(body, [{ found, versions }], () => 1, () => h("div",
    h("p", found.description), h("div.actions", may("operator") && button("Start a run", () => begin(name), { class: "primary" }), h("a.button", { href: `/ui/runs?workflow=${encodeURIComponent(name)}` }, "Its runs")),
    section("Steps", graph(JSON.parse(versions[0].source), [])),
    section("Versions that runs go on with", h("ul.plain", versions.map((each, index) => h("li", h("code", each.version.slice(0, 12)), ` ${each.runs} runs under way`, index ? "" : ", the current one")))),
    section("Input and output", titled("Input", found.input_schema), titled("Output", found.output_schema)))));
}
