// How it goes overall.
import { get, items, live } from "./daemon.js";
import { h } from "./dom.js";
import { HEADS, cells } from "./runs.js";
import { badge, link, none, row, section, table } from "./show.js";

const SVG = "http://www.w3.org/2000/svg";

export function overview(place) {
  const figures = h("div.figures");
  const chart = h("div.card");
  const needs = h("div");
  const latest = h("div");
  const body = h("div", { hidden: true }, figures, chart, section("Needs a person", needs), section("Latest runs", latest));
  place.append(body);
  live(place, load, show, { topics: ["journal", "services", "alerts"] });

  async function load() {
    const [summary, ...lists] = await Promise.all([get("/summary"),
      ...["/runs?limit=8&brief=true", "/services", "/approvals?limit=10", "/dead-letters?limit=5", "/alerts"].map(items)]);
    return { summary, lists };
  }

  function show({ summary, lists: [runs, services, approvals, letters, alerts] }) {
    const { minutes, needs: todo } = summary;
    const count = (...names) => names.reduce((sum, name) => sum + (summary.runs[name] ?? 0), 0);
    const over = count("succeeded", "failed", "compensated", "compensation_failed");
    const bad = count("failed", "compensated", "compensation_failed");
    const lately = minutes.slice(-5).reduce((sum, each) => sum + each.started, 0) / 5;
    figures.replaceChildren(
      figure("runs", lately.toFixed(1), "runs a minute"),
      figure("runs?status=failed", over ? `${((100 * bad) / over).toFixed(bad && bad * 10 < over ? 1 : 0)} %` : "–", "failed, of the last hour"),
      figure("runs?status=running", count("running", "compensating"), "running"),
      figure("runs?status=waiting", count("waiting", "paused"), "waiting"),
      figure("services", `${services.length - todo.services} of ${services.length}`, "services ready"));
    chart.replaceChildren(bars(minutes));
    needs.replaceChildren(...asked(summary, services, approvals, letters, alerts));
    latest.replaceChildren(runs.length ? table("Latest runs", HEADS, h("tbody", runs.map((each) => row(HEADS, cells(each)))), "compact") : none("Nothing has run yet. ", link("workflows", "Start a workflow")));
    body.hidden = false;
  }
}

const figure = (path, number, text) => h("a.card.figure", { href: `/ui/${path}` }, h("strong", String(number)), h("span.dim", text));

function asked({ needs: todo, fault }, services, approvals, letters, alerts) {
  const line = (kind, text, path, name, why) => h("li", badge(kind, text), h("span", link(path, name), " ", h("span.dim", why)));
  const lines = [
    ...(fault ? [h("li", badge("failed", "journal"), h("span", "Nothing can be recorded: ", h("span.dim", fault)))] : []),
    ...alerts.filter((each) => each.state === "firing").map((each) => line("firing", "alert", "alerts", each.name, each.rule)),
    ...services.filter((each) => each.state !== "ready").map((each) => line(each.state, each.state, `services/${each.name}`, each.name, each.reason)),
    ...approvals.map((each) => line("asks", "approval", "approvals", each.title, each.due ? "has a limit in time" : "")),
    ...letters.map((each) => line("failed", "dead letter", "dead-letters", each.subject, each.reason))];
  const more = todo.dead_letters - letters.length;
  return [lines.length ? h("ul.needs.card", lines, more > 0 && h("li", link("dead-letters", `${more} more dead letters`))) : none("Nobody is needed.")];
}

// One bar a minute; what failed is the lower part.
function bars(minutes) {
  const most = Math.max(1, ...minutes.map((each) => each.started));
  const chart = document.createElementNS(SVG, "svg");
  const total = minutes.reduce((sum, each) => sum + each.started, 0);
  const said = `${total} runs were started in the last hour, at most ${most} in a minute`;
  for (const [name, text] of Object.entries({ viewBox: `0 0 ${minutes.length} 40`, preserveAspectRatio: "none", class: "bars", role: "img", "aria-label": said })) chart.setAttribute(name, text);
  minutes.forEach((each, index) => {
    const [all, bad] = [each.started, each.failed].map((count) => (38 * count) / most);
    chart.append(bar(index, 40 - all, all - bad, "good"), bar(index, 40 - bad, bad, "bad"));
  });
  return h("figure", h("figcaption", h("span", "Runs started a minute, the last hour"), h("span.dim", `at most ${most}`)), chart,
    h("p.legend", h("span.good", "■ as it should"), h("span.bad", "■ failed")));
}

function bar(x, y, height, kind) {
  const rect = document.createElementNS(SVG, "rect");
  for (const [name, text] of Object.entries({ x: x + 0.12, y, width: 0.76, height: Math.max(0, height), class: kind })) rect.setAttribute(name, text);
  return rect;
}
