// Elements from data. Text is always a text node, so nothing a service says becomes markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.flat(9).filter((child) => child != null && child !== false));
  return element;
}

function set(element, name, value) {
  if (value == null || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (["value", "checked", "disabled"].includes(name)) element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Make `parent` hold one child for each item, in order. A child is made anew only if its item
// changed, so that focus, open details and half-filled forms stay as they are.
export function keyed(parent, items, key, make) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const focused = document.activeElement?.dataset?.act;
  const owner = document.activeElement?.closest?.("[data-key]")?.dataset.key;
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
        if (place === child) place = fresh;
        child.replaceWith(fresh);
      }
      child = fresh;
      if (focused && owner === name) fresh.querySelector(`[data-act="${focused}"]`)?.focus();
    }
    if (child === place) place = place.nextSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
}

export function say(text) {
  const place = document.getElementById("said");
  place.replaceChildren(h("p", {}, text));
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.replaceChildren(), 6000);
}

// A dialog that stays open, and tells why, until `act` succeeds.
export function ask(title, body, label, act, danger = false) {
  const problem = h("p", { class: "problem", role: "alert" });
  const go = h("button", { class: danger ? "danger" : "primary" }, label);
  const form = h("form", { novalidate: true, onsubmit: submit }, h("h2", { id: "ask" }, title), body, problem,
    h("div", { class: "actions" }, go, h("button", { type: "button", onclick: () => dialog.close() }, "Keep as it is")));
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
