// What waits for a person: questions, and what could not be handled.
import { at, drop, items, live, may, post } from "./daemon.js";
import { ask, attempt, button, choosing, h, keyed, say } from "./dom.js";
import { formOf } from "./form.js";
import { link, moment, none, row, runLink, table, value } from "./show.js";

export function approvals(place) {
  const list = h("div");
  const empty = h("div");
  place.append(list, empty);
  const again = live(place, () => items("/approvals?limit=200"), (found) => {
    empty.replaceChildren(found.length ? "" : none("Nobody is asked anything."));
    keyed(list, found, (each) => each.id, (each) => question(each, again));
  });
}

// A question with its form, wherever it is shown.
export function question(each, again) {
  const form = formOf(each.form ?? {});
  const fault = h("p.fault", { role: "alert" });
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
  return h("article.card.question", h("h2", each.title),
    h("p.dim", "asked ", moment(each.created), " by ", runLink(each.run), each.due && [", until ", moment(each.due)], each.who?.length ? `, of ${each.who.join(", ")}` : ""),
    each.show != null && value(each.show, "What it is about"),
    may("operator") && h("div", fields,
      h("div.field", h("label", { for: comment.id }, "Comment"), comment), fault,
      h("div.actions", each.choices.map((choice, index) => button(choice, () => decide(choice), { class: index ? null : "primary" })))));
}

const REPLAYED = ["event", "run", "compensation"];
const EDITABLE = { event: "payload", run: "input" };

export function letters(place) {
  let shown = [];
  const body = h("tbody");
  const empty = h("div");
  const chosen = choosing("letters", () => shown.map((each) => each.id), (ids) => [
    button("Replay them", () => chosen.all("handled again", (id) => post(at("dead-letters", id, "replay")), again)),
    button("Discard them", () => ask(`Discard ${ids.length} letters?`, h("p", "They are forgotten for good."), "Discard", () => chosen.all("forgotten", (id) => drop(at("dead-letters", id)), again), true))]);
  const boxes = may("operator");
  const heads = [...(boxes ? [chosen.every] : []), "About", "Kind", "When", "Reason", "Content", ""];
  place.append(chosen.place, table("Dead letters", heads, body), empty);
  const again = live(place, () => items("/dead-letters?limit=200"), (found) => {
    shown = found;
    empty.replaceChildren(found.length ? "" : none("Everything could be handled."));
    keyed(body, found, (each) => each.id, letter);
    chosen.count();
  });

  function letter(each) {
    const run = each.payload?.run;
    return row(heads, [...(boxes ? [chosen.tick(each.id)] : []), h("span", each.subject.replace(run ?? "", "").trim() || each.subject, " ", run && runLink(run)), each.kind,
      moment(each.created), h("span.why", each.reason), value(each.payload, "Content"), boxes && acts(each)]);
  }

  const acts = (each) => h("span.actions",
    REPLAYED.includes(each.kind) && button("Replay", () => attempt(() => post(at("dead-letters", each.id, "replay")), "It is handled again.", again)),
    EDITABLE[each.kind] && button("Edit and replay", () => edit(each, again)),
    button("Discard", () => ask("Discard this letter?", h("p", each.reason), "Discard", () => attempt(() => drop(at("dead-letters", each.id)), "It is forgotten.", again), true)));
}

// With another payload or input, which makes a new event or a new run.
async function edit(each, again) {
  const event = each.kind === "event";
  const now = event ? each.payload.payload : (await attempt(() => items(`/runs?limit=1&text=${encodeURIComponent(each.payload.run)}`)))?.[0]?.input;
  const form = formOf({ type: "object", properties: { [EDITABLE[each.kind]]: { title: event ? "Payload" : "Input", type: "object" } } }, { [EDITABLE[each.kind]]: now ?? {} });
  ask(event ? `Publish ${each.subject} anew` : "Run it anew with another input", h("div", h("p.dim", each.reason), form.element), "Replay", async () => {
    const made = await post(at("dead-letters", each.id, "replay"), { payload: form.read()[EDITABLE[each.kind]] ?? {} });
    document.getElementById("said").replaceChildren(h("p", "It is handled again", made.run_id ? [" as ", link(`runs/${made.run_id}`, "a new run")] : "", "."));
    again();
  });
}
