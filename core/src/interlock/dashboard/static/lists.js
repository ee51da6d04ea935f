// Everything else there is: services, questions, dead letters, clocks, queues, tools, plugins.
import { at, drop, get, live, may, post } from "./daemon.js";
import { ask, h, keyed, say } from "./dom.js";
import { formOf } from "./form.js";
import { badge, moment, none, runLink, span, table, value } from "./show.js";

const button = (text, onclick, more = {}) => h("button", { type: "button", onclick, "data-act": text, ...more }, text);

// A page of one table that follows what there is.
function listing(place, { title, path, heads, key, cells, nothing, every = 3000 }) {
  const body = h("tbody");
  const empty = none(nothing);
  place.append(h("h1", {}, title), table(title, heads, body), empty);
  const { again } = live(async () => (await get(path)).items, (items) => {
    empty.hidden = items.length > 0;
    keyed(body, items, key, (each) => h("tr", {}, cells(each, tried)));
  }, every);
  async function tried(work, done) {
    try {
      await work();
      if (done) say(done);
    } catch (error) {
      say(error.message);
    }
    again();
  }
  return again;
}

export function services(place) {
  listing(place, {
    title: "Services", path: "/services", nothing: "No services are configured.", every: 2000,
    heads: ["Service", "State", "Breaker", "Calls", "In flight", "Mean", "Rate left", "Restarts", ""],
    key: (each) => each.name,
    cells: (each, tried) => {
      const gates = each.gates;
      const budgets = gates?.rate?.budgets ?? [];
      const acts = [each.paused ? "resume" : "pause", "reset-breaker", "restart"];
      return [
        h("th", { scope: "row" }, each.name, each.type !== each.name && h("span", { class: "dim" }, ` ${each.type}`), each.reason && h("div", { class: "why" }, each.reason)),
        h("td", {}, badge(each.paused ? "paused" : each.state)),
        h("td", {}, gates?.breaker ? badge({ opened: "open", "half-opened": "half-open" }[gates.breaker.state] ?? gates.breaker.state) : "–"),
        h("td", { class: "number" }, gates?.calls ?? 0),
        h("td", { class: "number" }, gates ? `${gates.concurrency.in_flight}${gates.concurrency.limit ? ` of ${gates.concurrency.limit}` : ""}` : "–"),
        h("td", { class: "number" }, gates?.calls ? span(gates.mean_seconds) : "–"),
        h("td", {}, budgets.length ? budgets.map((one) => `${Math.floor(one.available)} (${one.limit})`).join(", ") : "–"),
        h("td", { class: "number" }, each.actor?.restarts ?? 0),
        h("td", { class: "actions" }, may("operator") && acts.map((one) => button(one, () => tried(() => post(at("services", each.name, one)), `${each.name}: ${one}`))))];
    },
  });
}

export function approvals(place) {
  const list = h("div");
  const empty = none("Nobody is asked anything.");
  place.append(h("h1", {}, "Approvals"), list, empty);
  const { again } = live(async () => (await get("/approvals")).items, (items) => {
    empty.hidden = items.length > 0;
    keyed(list, items, (each) => each.id, question);
  }, 2000);

  function question(each) {
    const form = formOf(each.form ?? {});
    const fault = h("p", { class: "fault", role: "alert" });
    const comment = h("input", { id: `comment-${each.id}`, type: "text" });
    const fields = Object.keys(each.form?.properties ?? {}).length ? form.element : null;
    async function decide(choice) {
      fault.textContent = "";
      try {
        await post(at("approvals", each.id, "decide"), { choice, values: fields ? form.read() : {}, comment: comment.value });
        say(`${each.title}: ${choice}`);
      } catch (error) {
        fault.textContent = error.message;
      }
      again();
    }
    return h("article", { class: "card" }, h("h2", {}, each.title),
      h("p", { class: "dim" }, "asked ", moment(each.created), " by ", runLink(each.run), each.due && [", until ", moment(each.due)]),
      each.show != null && value(each.show, "What it is about"), fields,
      may("operator") && h("div", {},
        h("div", { class: "field" }, h("label", { for: comment.id }, "Comment"), comment), fault,
        h("div", { class: "actions" }, each.choices.map((choice, index) => button(choice, () => decide(choice), { class: index ? null : "primary" })))));
  }
}

export function letters(place) {
  listing(place, {
    title: "Dead letters", path: "/dead-letters?limit=200", nothing: "Everything could be handled.",
    heads: ["When", "Kind", "About", "Reason", "Content", ""],
    key: (each) => each.id,
    cells: (each, tried) => [
      h("td", {}, moment(each.created)), h("td", {}, each.kind), h("th", { scope: "row" }, each.payload?.run ? [runLink(each.payload.run), " "] : null, each.subject),
      h("td", { class: "why" }, each.reason), h("td", {}, value(each.payload, "Content")),
      h("td", { class: "actions" }, may("operator") && [
        button("Replay", () => tried(() => post(at("dead-letters", each.id, "replay")), "It is handled again.")),
        button("Discard", () => ask("Discard this letter?", h("p", {}, each.reason), "Discard", () => tried(() => drop(at("dead-letters", each.id)), "It is forgotten."), true))])],
  });
}

export function schedules(place) {
  listing(place, {
    title: "Schedules", path: "/schedules", nothing: "The clock starts nothing.",
    heads: ["Schedule", "Starts", "Next", "Last run", ""],
    key: (each) => each.name,
    cells: (each, tried) => [
      h("th", { scope: "row" }, each.name), h("td", {}, each.start), h("td", {}, each.paused ? badge("paused") : moment(each.next)),
      h("td", {}, each.last_run ? runLink(each.last_run) : "–"),
      h("td", { class: "actions" }, may("operator") && [
        button(each.paused ? "Resume" : "Pause", () => tried(() => post(at("schedules", each.name, each.paused ? "resume" : "pause")))),
        button("Fire now", () => tried(() => post(at("schedules", each.name, "fire")), `${each.name} is started`))])],
  });
}

export function queues(place) {
  listing(place, {
    title: "Queues", path: "/queues", nothing: "No queues are configured.",
    heads: ["Queue", "Waiting", "Under way", "At once", "Of one key", "Rate", "Oldest"],
    key: (each) => each.name,
    cells: (each) => [h("th", { scope: "row" }, each.name), ...["waiting", "active", "concurrency", "per_key", "rate"].map((name) => h("td", { class: "number" }, each[name] ?? "–")), h("td", {}, moment(each.oldest))],
  });
}

export function plugins(place) {
  listing(place, {
    title: "Plugins", path: "/plugins", nothing: "No plugins are installed.", every: 10000,
    heads: ["Plugin", "Version", "State", "Brings", "Why"],
    key: (each) => each.name,
    cells: (each) => [h("th", { scope: "row" }, each.name, h("span", { class: "dim" }, ` ${each.distribution}`)), h("td", {}, each.version), h("td", {}, badge(each.state)),
      h("td", {}, `${each.tools} tools`, each.services.length ? ` of ${each.services.join(", ")}` : ""), h("td", { class: "why" }, each.reason)],
  });
}

export function tools(place) {
  const words = h("input", { id: "words", type: "search", placeholder: "name or description", "aria-label": "Search", oninput: again });
  const body = h("tbody");
  place.append(h("h1", {}, "Tools"), h("div", { class: "filter", role: "search" }, words), table("Tools", ["Tool", "What it does", "Effect"], body));
  let all = [];
  live(async () => (await get("/tools")).items, (items) => { all = items; again(); }, 10000);
  function again() {
    const wanted = words.value.toLowerCase();
    keyed(body, all.filter((each) => `${each.name} ${each.description}`.toLowerCase().includes(wanted)), (each) => each.name, (each) => h("tr", {},
      h("th", { scope: "row" }, h("a", { href: `/ui/tools/${encodeURIComponent(each.name)}`, class: "mono" }, each.name)),
      h("td", {}, each.description.split("\n")[0]),
      h("td", {}, each.facts.effect, each.facts.destructive ? ", destructive" : "")));
  }
}

export async function tool(place, name) {
  let found;
  try {
    found = await get(at("tools", name));
  } catch (error) {
    place.append(h("h1", {}, name), h("p", { class: "problem" }, error.message));
    return;
  }
  const form = formOf(found.input_schema);
  const result = h("div", { "aria-live": "polite" });
  const call = h("button", { class: "primary" }, "Call");
  async function submit(event) {
    event.preventDefault();
    call.disabled = true;
    try {
      const began = performance.now();
      const answer = await post(at("tools", name, "call"), { arguments: form.read() });
      result.replaceChildren(h("p", { class: "dim" }, `answered in ${span((performance.now() - began) / 1000)}`), value(answer.result, "Result"));
    } catch (error) {
      result.replaceChildren(h("p", { class: "problem" }, error.message));
    }
    call.disabled = false;
  }
  place.append(h("h1", { class: "mono" }, name), h("p", { class: "said" }, found.description),
    may("operator") ? h("form", { class: "card", novalidate: true, onsubmit: submit }, form.element, h("div", { class: "actions" }, call)) : null, result,
    h("h2", {}, "Schemas and guard rails"), value(found.input_schema, "Input"), value(found.output_schema, "Output"), value(found.policies, "Guard rails"), value(found.facts, "Facts"));
}
