// Everything else there is: clocks, queues, plugins, actors, alerts, the log, the configuration.
import { at, follow, get, items, live, may, post } from "./daemon.js";
import { attempt, button, h, keyed } from "./dom.js";
import { badge, lasted, moment, none, number, row, runLink, section, span, table, value } from "./show.js";

// A page of one table that follows what there is.
function listing(place, title, path, heads, nothing, cells, options, kind) {
  const body = h("tbody");
  const empty = h("div");
  place.append(table(title, heads, body, kind), empty);
  const again = live(place, () => items(path), (found) => {
    empty.replaceChildren(found.length ? "" : none(nothing));
    keyed(body, found, (each) => each.name ?? each.id, (each) => row(heads, cells(each, again)));
  }, options);
}

export const schedules = (place) => listing(place, "Schedules", "/schedules", ["Schedule", "Starts", "When", "Next", "Last run", ""], "The clock starts nothing: there are no schedules in the configuration.", (each, again) => [
  each.name, each.start, h("code", each.when), each.paused ? badge("paused") : moment(each.next), each.last_run ? runLink(each.last_run) : "–",
  may("operator") && h("span.actions",
    button(each.paused ? "Resume" : "Pause", () => attempt(() => post(at("schedules", each.name, each.paused ? "resume" : "pause")), "", again)),
    button("Fire now", () => attempt(() => post(at("schedules", each.name, "fire")), `${each.name} is started`, again)))]);

export const queues = (place) => listing(place, "Queues", "/queues", ["Queue", "Waiting", "Under way", "At once", "Of one key", "Rate", "The oldest waits"], "There are no queues in the configuration.", (each) => [
  each.name, ...["waiting", "active", "concurrency", "per_key", "rate"].map((name) => number(each[name])), each.oldest ? lasted(each.oldest) : "–"]);

export const plugins = (place) => listing(place, "Plugins", "/plugins", ["Plugin", "Version", "State", "Brings", "Why"], "No plugins are installed.", (each) => [
  h("span", each.name, " ", h("span.dim", each.distribution)), each.version, badge(each.state), brings(each), h("span.why", [each.reason, each.hint].filter(Boolean).join(". "))], { topics: ["services"] });

// Tools of a service type that nobody uses are not counted, for it is not even loaded.
const brings = ({ tools, services }) => (tools == null ? `services of type ${services.join(", ")}` : `${tools} tools${services.length ? ` of ${services.join(", ")}` : ""}`);

export const alerts = (place) => listing(place, "Alerts", "/alerts", ["Alert", "State", "Since", "Rule", "Fault"], "There are no alerts in the configuration. config/operation/alerts.yaml has some to begin with.", (each) => [
  each.name, badge(each.state), moment(each.since), h("code", each.rule), each.fault ? h("span.problem", each.fault) : ""], { topics: ["alerts"] });

export const audit = (place) => listing(place, "Audit", "/audit?limit=200", ["When", "Who", "Did", "To", "Outcome", "Took", "Run"], "Nobody has done anything.", (each) => [
  moment(each.at), each.actor, each.action, h("span.mono", each.target), badge(each.outcome === "ok" ? "ok" : "failed", each.outcome), number(span(each.seconds)), each.run ? runLink(each.run) : "–"], {}, "compact");

export function actors(place) {
  const tree = h("div");
  place.append(tree);
  live(place, () => get("/actors"), (found) => keyed(tree, [found], () => 1, () => h("ul.tree", branch(found))), { topics: ["services"], every: 2000 });
}

function branch(each) {
  if (each.children) {
    return h("li", h("strong", each.name), h("span.dim", ` supervisor, ${each.strategy.replaceAll("_", " ")}${each.restarts ? `, ${each.restarts} restarts` : ""}`),
      each.children.length ? h("ul", each.children.map(branch)) : none("It looks after nobody."));
  }
  const about = [each.queued && `${each.queued} queued, the oldest for ${span(each.oldest)}`, each.in_flight && `works on ${each.in_flight}`, each.restarts && `${each.restarts} restarts`, each.retry_after != null && `again in ${span(each.retry_after)}`];
  return h("li", badge(each.state), " ", h("strong", each.name), h("span.dim", " ", about.filter(Boolean).join(", ") || "idle"),
    each.last_error && h("p.why", each.last_error), each.stuck.map((one) => value(one, `Hangs for ${span(one.seconds)}`)));
}

const LINES = 500;

export function log(place) {
  const list = h("ol.log.lines");
  const level = h("select", { id: "level", "aria-label": "Least severe", onchange: begin }, ["debug", "info", "warning", "error"].map((each) => h("option", { selected: each === "info" }, each)));
  const text = h("input", { id: "text", type: "search", placeholder: "Message or logger", "aria-label": "Search", onchange: begin });
  const empty = h("div");
  let source;
  place.append(h("div.filter", { role: "search" }, level, text), empty, list);

  async function begin() {
    source?.close();
    const asked = new URLSearchParams({ level: level.value, text: text.value });
    const found = await attempt(() => items(`/log?limit=200&${asked}`));
    if (!place.isConnected) return;
    const after = found?.at(-1)?.number ?? 0;
    list.replaceChildren(...(found ?? []).reverse().map(line));
    empty.replaceChildren(list.children.length ? "" : none("Nothing so far. New lines appear here by themselves."));
    source = follow(`/log/watch?after=${after}&${asked}`, ["line"], (each) => {
      empty.replaceChildren();
      list.prepend(line(each));
      while (list.children.length > LINES) list.lastChild.remove();
    });
  }
  begin();
}

const line = (each) => h("li", moment(each.at), badge(each.level), h("span.dim.mono", each.logger.replace("interlock.", "")), h("span.said", each.message.split("\n")[0], " ", each.message.includes("\n") && value(each.message, "All of it"),  each.run && runLink(each.run), each.exception && value(each.exception, "Traceback")));

export function config(place) {
  const told = h("div", { "aria-live": "polite" });
  const shown = h("div");
  place.append(h("p", "Secrets stay references. A file with faults changes nothing."), h("div.actions", button("What would change?", () => reload(true)), button("Reload", () => reload(false), { class: "primary" })), told, section("As it is in force", shown));
  const again = live(place, () => get("/config"), (found) => shown.replaceChildren(h("pre.tall", { tabindex: 0, role: "region", "aria-label": "Configuration" }, JSON.stringify(found, null, 2))), { topics: [] });

  async function reload(check) {
    try {
      const { changed, needs_restart: later, diff, applied } = await post("/config/reload", { check });
      told.replaceChildren(h("div.card",
        h("p", Object.keys(changed).length ? `${applied ? "Changed" : "Would change"}: ${Object.entries(changed).map(([part, names]) => `${part} (${names.join(", ")})`).join(", ")}` : "Nothing changes."),
        later.length > 0 && h("p.note.wait", `Counts after a restart only: ${later.join(", ")}`), diff.length > 0 && value(diff.join("\n"), "Difference")));
    } catch (error) {
      const faults = error.faults.map((each) => `${each.file}:${each.line}:${each.column}: ${each.message}\n    ${each.hint || each.expected}`);
      told.replaceChildren(h("pre.problem", { tabindex: 0, role: "group", "aria-label": "Faults" }, faults.join("\n") || error.message));
    }
    again();
  }
}
