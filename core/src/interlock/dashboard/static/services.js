// Services and what can be called in them.
import { at, get, items, live, may, post } from "./daemon.js";
import { attempt, button, h, keyed } from "./dom.js";
import { formOf } from "./form.js";
import { badge, facts, link, moment, none, number, prose, row, section, span, table, titled, value } from "./show.js";

const HEADS = ["Service", "State", "Breaker", "In flight", "Latency p50 / p95", "Room left", "Restarts", ""];
const NAMES = { pause: "Pause", resume: "Resume", "reset-breaker": "Reset breaker", restart: "Restart" };
const ACTS = { pause: "is paused", resume: "goes on", "reset-breaker": "breaker is closed", restart: "is restarted" };

const latency = (gates) => (gates?.latency?.p50 == null ? "–" : number(`${span(gates.latency.p50)} / ${span(gates.latency.p95)}`));
const flight = (gates) => number(gates ? `${gates.concurrency.in_flight}${gates.concurrency.limit ? ` of ${gates.concurrency.limit}` : ""}` : "–");
const left = (one) => `${Math.floor(one.available)} of ${one.limit}`;

function acts(each, again) {
  const names = [each.paused ? "resume" : "pause", "reset-breaker", "restart"];
  return may("operator") && h("span.actions", names.map((name) => button(NAMES[name], () => attempt(() => post(at("services", each.name, name)), `${each.name} ${ACTS[name]}`, again))));
}

export function services(place) {
  const body = h("tbody");
  const empty = h("div");
  place.append(table("Services", HEADS, body), empty);
  const again = live(place, () => items("/services"), (found) => {
    empty.replaceChildren(found.length ? "" : none("No services are configured. See ", h("code", "services:"), " in the configuration."));
    keyed(body, found, (each) => each.name, (each) => row(HEADS, [
      h("span", link(`services/${encodeURIComponent(each.name)}`, each.name), each.type && each.type !== each.name && h("span.dim", ` ${each.type}`), each.reason && h("span.why", each.reason)),
      badge(each.paused ? "paused" : each.state), each.gates?.breaker ? badge(each.gates.breaker.state) : "–", flight(each.gates), latency(each.gates),
      number(each.gates?.rate.budgets.map(left).join(", ") || "–"), number(each.actor?.restarts ?? 0), acts(each, again)]));
  }, { topics: ["services"], every: 2000 });
}

export function service(place, name) {
  place.firstChild.textContent = name;
  const body = h("div");
  place.append(body);
  const again = live(place, () => get(at("services", name)), (each) => keyed(body, [each], () => 1, () => {
    const { gates, actor } = each;
    return h("div",
      facts([["State", badge(each.paused ? "paused" : each.state)], ["Type", each.type], ["In flight", gates && flight(gates)], ["Waiting", gates && number(gates.concurrency.waiting)], ["Restarts", number(actor?.restarts ?? 0)]]),
      each.reason && h("p.note.bad", each.reason, each.hint && `. ${each.hint}`), acts(each, again),
      gates && [section("Calls", facts([["Calls", number(gates.calls)], ["Retries", number(gates.retries)], ["p50", number(span(gates.latency.p50))], ["p95", number(span(gates.latency.p95))], ["p99", number(span(gates.latency.p99))], ["Waited in all", number(span(gates.waited_seconds))]]), counts("Spent today", gates.spent_today),
        counts("How they ended", gates.outcomes), counts("What guard rails decided", gates.decisions)),
      section("Breaker", gates.breaker ? breaker(gates.breaker) : none("It has none, or was not called yet.")),
      section("Rate limits", gates.rate.held_for > 0 && h("p.note.wait", `The service asked everybody to wait, for ${span(gates.rate.held_for)} more.`), gates.rate.budgets.length ? gates.rate.budgets.map(budget) : none("None applies, or it was not called yet."))],
      actor && section("Actor", facts([["State", badge(actor.state)], ["In its mailbox", number(actor.queued)], ["The oldest waits", number(span(actor.oldest))], ["Works on", number(actor.in_flight)]]),
        actor.last_error && h("p.problem", actor.last_error), actor.stuck.map((one) => value(one, `A call that hangs for ${span(one.seconds)}`)), each.blocked.map((one) => value(one, "It blocked the loop"))),
      h("p", link(`tools?words=${encodeURIComponent(`${name}.`)}`, "Its tools")));
  }), { topics: ["services"], every: 2000 });
}

const counts = (title, found) => Object.keys(found).length > 0 && h("div", h("h3", title), facts(Object.entries(found).map(([each, count]) => [each.replaceAll("-", " "), number(count)])));

const breaker = (found) => h("div",
  facts([["State", badge(found.state)], ["Asked again in", found.retry_after && number(span(found.retry_after))], ["Calls in its window", number(found.calls)], ["Of them failed", number(found.failures)]]),
  found.history.length ? h("ol.history", [...found.history].reverse().map((each) => h("li", moment(each.time), " ", badge(each.state)))) : none("It has never opened."));

function budget(each) {
  const full = parseInt(each.limit, 10) || each.available || 1;
  const text = `${each.tier ? `${each.tier}: ` : ""}${left(each)}${each.waiting ? `, ${each.waiting} wait` : ""}${each.retry_after > 0 ? `, the next in ${span(each.retry_after)}` : ""}`;
  return h("p.budget", h("meter", { min: 0, max: full, value: Math.min(full, each.available), "aria-label": `Room left of ${each.limit}` }), number(text));
}

const TOOLS = ["Tool", "What it does", "Effect"];

export function tools(place) {
  const words = h("input", { id: "words", type: "search", placeholder: "Name or description", "aria-label": "Search", value: new URLSearchParams(location.search).get("words") ?? "", oninput: again });
  const body = h("tbody");
  const empty = h("div");
  place.append(h("div.filter", { role: "search" }, words), table("Tools", TOOLS, body), empty);
  let all = [];
  live(place, () => items("/tools"), (found) => { all = found; again(); }, { topics: ["services"] });
  function again() {
    const wanted = words.value.toLowerCase();
    const found = all.filter((each) => `${each.name} ${each.description}`.toLowerCase().includes(wanted));
    empty.replaceChildren(found.length ? "" : none(all.length ? "No tool fits." : "No service offers any."));
    keyed(body, found, (each) => each.name, (each) => row(TOOLS, [
      h("a", { href: `/ui/tools/${encodeURIComponent(each.name)}`, class: "mono" }, each.name), h("span", prose(each.description.split("\n")[0])), each.facts.effect + (each.facts.destructive ? ", destructive" : "")]));
  }
}

export async function tool(place, name) {
  place.firstChild.textContent = name;
  const found = await attempt(() => get(at("tools", name)));
  if (!found) return place.append(none("There is no such tool. ", link("tools", "To all tools")));
  const form = formOf(found.input_schema);
  const result = h("div", { "aria-live": "polite" });
  const call = h("button.primary", "Call");
  async function submit(event) {
    event.preventDefault();
    call.disabled = true;
    result.replaceChildren(h("p.loading", "It is called …"));
    try {
      const began = performance.now();
      const answer = await post(at("tools", name, "call"), { arguments: form.read() });
      result.replaceChildren(h("p.dim", `answered in ${span((performance.now() - began) / 1000)}`), value(answer.result, "Result"));
    } catch (error) {
      result.replaceChildren(h("p.problem", error.message));
    }
    call.disabled = false;
  }
  place.append(h("p.said", prose(found.description)),
    may("operator") ? h("form.card", { novalidate: true, onsubmit: submit }, form.element, h("div.actions", call)) : "", result,
    section("Schemas and guard rails", titled("Input", found.input_schema), titled("Output", found.output_schema), titled("Guard rails", found.policies), titled("Facts", found.facts)));
}
