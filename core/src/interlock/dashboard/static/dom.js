// Elements from data. Text is always a text node, so nothing a service says becomes markup.

// h("p.dim", { id: "x" }, "text"): attributes may be left out.
export function h(name, ...content) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  const attributes = content[0]?.constructor === Object ? content.shift() : {};
  for (const [key, value] of Object.entries(attributes)) set(element, key, value);
  element.append(...content.flat(9).filter((child) => child != null && child !== false));
  return element;
}

function set(element, name, value) {
  if (value == null || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (["value", "checked", "disabled", "open", "hidden"].includes(name)) element[name] = value;
  else if (name === "style") Object.assign(element.style, value);
  else element.setAttribute(name, value === true ? "" : value);
}

export const button = (text, onclick, more = {}) => h("button", { type: "button", onclick, "data-act": text, ...more }, text);

// Make `parent` hold one child for each item, in order. A child is made anew only if its item
// changed, so that focus, open details and half-filled forms stay as they are.
export function keyed(parent, items, key, make) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const focused = document.activeElement;
  const act = focused?.dataset?.act ?? focused?.tagName;
  const owner = focused?.closest?.("[data-key]")?.dataset.key;
  let place = parent.firstChild;
  for (const item of items) {
    const name = String(key(item));
    const state = JSON.stringify(item);
    let child = old.get(name);
    old.delete(name);
    if (!child || child.state !== state) {
      const fresh = make(item);
      fresh.dataset.key = name;
      fresh.state = state;
      if (child) {
        if (child.open) fresh.open = true;
        if (place === child) place = fresh;
        child.replaceWith(fresh);
      }
      child = fresh;
      if (focused !== document.activeElement && owner === name) fresh.querySelector(`[data-act="${act}"], ${/^[A-Z]+$/.test(act) ? act : "x"}`)?.focus();
    }
    if (child === place) place = place.nextSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
}

export function say(text) {
  const place = document.getElementById("said");
  place.replaceChildren(h("p", text));
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.replaceChildren(), 6000);
}

// Do it, and say how it went.
export async function attempt(work, done, again) {
  try {
    const made = await work();
    if (done) say(done);
    return made;
  } catch (error) {
    say(error.message);
  } finally {
    again?.();
  }
}

// A dialog that stays open, and tells why, until `act` succeeds.
export function ask(title, body, label, act, danger = false) {
  const problem = h("p.problem", { role: "alert" });
  const go = h("button", { class: danger ? "danger" : "primary" }, label);
  const form = h("form", { novalidate: true, onsubmit: submit }, h("h2", { id: "ask" }, title), body, problem,
    h("div.actions", go, button("Keep as it is", () => dialog.close())));
  const dialog = h("dialog", { "aria-labelledby": "ask", onclose: () => dialog.remove() }, form);
  async function submit(event) {
    event.preventDefault();
    go.disabled = true;
    try {
      await act();
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
    }
    go.disabled = false;
  }
  document.body.append(dialog);
  dialog.showModal();
}

// Boxes before the rows of a table, and what can be done with those that are ticked.
export function choosing(what, shown, acts) {
  const chosen = new Set();
  const place = h("div.bulk", { hidden: true, role: "group", "aria-label": `With the chosen ${what}` });
  const every = h("input", { type: "checkbox", "aria-label": `Choose all ${what}`, onchange: () => choose(every.checked) });

  function tick(id) {
    const box = h("input", { type: "checkbox", "data-act": "choose", "data-id": id, "aria-label": `Choose ${id}`, checked: chosen.has(id) });
    box.onchange = () => {
      box.checked ? chosen.add(id) : chosen.delete(id);
      count();
    };
    return box;
  }

  function choose(all) {
    chosen.clear();
    if (all) for (const id of shown()) chosen.add(id);
    for (const box of document.querySelectorAll("[data-id]")) box.checked = all;
    count();
  }

  function count() {
    const ids = shown();
    for (const id of chosen) if (!ids.includes(id)) chosen.delete(id);
    every.checked = ids.length > 0 && chosen.size === ids.length;
    place.hidden = !chosen.size;
    place.replaceChildren(h("span", `${chosen.size} chosen`), ...acts([...chosen], every.checked));
  }

  async function all(done, act, again) {
    const ended = await Promise.allSettled([...chosen].map(act));
    const failed = ended.filter((each) => each.status === "rejected");
    say(failed.length ? `${failed.length} of ${ended.length} could not: ${failed[0].reason.message}` : `${ended.length} ${what}: ${done}`);
    choose(false);
    again();
  }
  return { place, every, tick, count, choose, all };
}
