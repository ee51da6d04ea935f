// Lays the rendered cases out in Chromium and measures each layer's element.
// measure.mjs FOLDER CHROMIUM: cases.json gives {id, width, flows, ...} (elastic_rows.plan); writes
// measured.json: {id: {node: {x, y, width, height, style}}}, positions from the case's own corner;
// states.json: the same for cases with their state forced; axe.json: {id: [violation]};
// elastic.json, for cases that flow: {id: {edits, stiff, widths: {width: {over, faults, widest}}}}.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "@tailwindcss/node";
import { chromium } from "playwright-core";

const [folder, executablePath] = process.argv.slice(2);
const read = (name) => readFileSync(join(folder, name), "utf8");
const cases = Object.fromEntries(JSON.parse(read("cases.json")).map((each) => [each.id, each]));
const rendered = JSON.parse(read("rendered.json"));

const classes = new Set();
for (const kind of ["components", "screens"]) {
  if (!existsSync(join(folder, kind))) continue;
  for (const file of readdirSync(join(folder, kind))) {
    for (const word of read(join(kind, file)).split(/[\s"`{}]+/)) classes.add(word);
  }
}
const compiler = await compile(read("theme.css"), { base: folder, onDependency() {} });
writeFileSync(join(folder, "built.css"), compiler.build([...classes]));

const sheets = [];
const families = join(folder, "node_modules", "@fontsource");
for (const family of readdirSync(families)) {
  for (const weight of [100, 200, 300, 400, 500, 600, 700, 800, 900]) {
    for (const style of ["", "-italic"]) {
      const file = join(families, family, `${weight}${style}.css`);
      if (existsSync(file)) sheets.push(pathToFileURL(file).href);
    }
  }
}
const links = [...sheets, "built.css"].map((href) => `<link rel="stylesheet" href="${href}">`);
writeFileSync(
  join(folder, "page.html"),
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Exam</title>${links.join("")}</head><body><div id="case"></div></body></html>`,
);

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--allow-file-access-from-files"] });
const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
await page.goto(pathToFileURL(join(folder, "page.html")).href);
await page.addScriptTag({ path: join(folder, "node_modules", "axe-core", "axe.min.js") });
await page.evaluate(install);
const tools = await page.context().newCDPSession(page);
await tools.send("DOM.enable");
await tools.send("CSS.enable");
const measured = {};
const states = {};
const violations = {};
const elastic = {};
for (const { id, kind, html } of rendered) {
  const { width, flows, fluid, state, drops, groups, grows } = cases[id];
  if (kind === "state") {
    await page.evaluate(measure, { html, width });
    await force(state);
    states[id] = await page.evaluate(measure, { width });
    continue;
  }
  measured[id] = await page.evaluate(measure, { html, width });
  violations[id] = [...(violations[id] ?? []), ...(await page.evaluate(audit))];
  if (!flows) continue;
  elastic[id] = { edits: await page.evaluate(edit, { drops, groups }), widths: {}, stiff: [] };
  if (!fluid) continue;
  const usual = await page.evaluate(() => globalThis.exam.overlaps());
  for (const narrow of [Math.round(width * 0.75), Math.round(width * 1.25), 390]) {
    await page.setViewportSize({ width: narrow, height: 1000 });
    elastic[id].widths[narrow] = await page.evaluate(squeeze, { width: narrow, usual });
    if (narrow > width) elastic[id].stiff = await page.evaluate(stiff, { grows, width, wider: narrow, before: measured[id] });
  }
  await page.setViewportSize({ width: 1600, height: 1000 });
}
await browser.close();
const written = { measured, states, axe: violations, elastic };
for (const [name, found] of Object.entries(written)) {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(found));
}

// Puts the component, or the control in it, in a state as if by pointer or keyboard.
async function force(state) {
  if (state === "disabled") return;
  const { root } = await tools.send("DOM.getDocument", { depth: 0 });
  for (const selector of ["#case > *", "#case input"]) {
    const { nodeId } = await tools.send("DOM.querySelector", { nodeId: root.nodeId, selector });
    if (nodeId) await tools.send("CSS.forcePseudoState", { nodeId, forcedPseudoClasses: [state] });
  }
}

// What axe-core holds against the case: rule and layer.
async function audit() {
  const away = ["color-contrast", "target-size", "region", "page-has-heading-one", "landmark-one-main", "heading-order"];
  const rules = Object.fromEntries(away.map((name) => [name, { enabled: false }]));
  const { violations } = await globalThis.axe.run("#case", { rules, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html.slice(0, 120)}`));
}

// Doubles each text in turn and drops the first child of each row: which texts or siblings then
// newly lie over each other, and which sibling does not follow up.
function edit({ drops, groups }) {
  const { texts, overlaps, crossings, of } = globalThis.exam;
  const chosen = texts().slice(0, 60);
  const look = () => [...overlaps(), ...crossings(groups)];
  const before = new Set(look());
  const faults = [];
  const compare = (what) => faults.push(...look().filter((pair) => !before.has(pair)).map((pair) => `${what}: ${pair}`));
  for (const each of chosen) {
    const text = each.textContent;
    each.textContent = `${text} ${text}`;
    compare(`${each.dataset.nodeId} doubled`);
    each.textContent = text;
  }
  for (const [first, second, axis] of drops.slice(0, 60)) {
    const [dropped, next] = [of(first), of(second)];
    if (!dropped || !next || getComputedStyle(next).flexGrow === "1") continue;
    const home = dropped.parentElement;
    const parent = getComputedStyle(home).display === "contents" ? home.parentElement : home;
    const margin = Number.parseFloat(getComputedStyle(next)[axis === "x" ? "marginLeft" : "marginTop"]);
    const inside = (element) => element.getBoundingClientRect()[axis] - parent.getBoundingClientRect()[axis];
    const place = inside(dropped);
    const mark = dropped.nextSibling;
    dropped.remove();
    if (Math.abs(inside(next) - place - Math.min(margin, 0)) > 1) faults.push(`${second} does not follow up when ${first} is dropped`);
    compare(`${first} dropped`);
    home.insertBefore(dropped, mark);
  }
  return { texts: chosen.length, faults };
}

// Which layers that fill their parent do not take their share of what the root grew.
function stiff({ grows, width, wider, before }) {
  const { of } = globalThis.exam;
  return Object.entries(grows).flatMap(([id, share]) => {
    const element = of(id);
    if (!element || !before[id]) return [];
    const missing = before[id].width + share * (wider - width) - element.getBoundingClientRect().width;
    return Math.abs(missing) > 1.5 ? [`${id} at ${wider}px: ${missing.toFixed(1)}px from what FILL gives`] : [];
  });
}

// Sets another width: how far anything stands out, and which texts newly overlap.
function squeeze({ width, usual }) {
  const host = document.getElementById("case");
  host.style.width = `${width}px`;
  const over = host.scrollWidth - width;
  const out = (each) => each.getBoundingClientRect().right > width + 1;
  const widest = over > 1 ? [...host.querySelectorAll("[data-node-id]")].filter(out) : [];
  const faults = globalThis.exam.overlaps().filter((pair) => !usual.includes(pair));
  return { over, faults, widest: widest.map((each) => each.dataset.nodeId).slice(0, 4) };
}

// What edit and squeeze share; lives on the page.
function install() {
  const texts = () =>
    [...document.querySelectorAll("#case :is(p, span, h1, h2, h3, h4, h5, h6)")].filter(
      (each) => each.dataset.nodeId && !each.children.length && each.textContent.trim(),
    );
  const overlaps = () => {
    const boxes = texts().map((each) => [each.dataset.nodeId, each.getBoundingClientRect()]);
    const found = [];
    boxes.forEach(([one, a], index) => {
      for (const [other, b] of boxes.slice(index + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 2 && down > 2) found.push(`${one} ${other}`);
      }
    });
    return found;
  };
  const of = (id) => document.querySelector(`#case [data-node-id="${id}"]`);
  const crossings = (groups) => {
    const found = [];
    for (const group of groups) {
      const boxes = group.map((id) => [id, of(id)?.getBoundingClientRect()]).filter(([, box]) => box);
      boxes.slice(1).forEach(([other, b], index) => {
        const [one, a] = boxes[index];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 2 && down > 2) found.push(`siblings ${one} ${other}`);
      });
    }
    return found;
  };
  globalThis.exam = { texts, overlaps, crossings, of };
}

async function measure({ html, width }) {
  const host = document.getElementById("case");
  host.style.width = `${width}px`;
  if (html !== undefined) host.innerHTML = html;
  await document.fonts.ready;
  const names = [
    "color", "backgroundColor", "backgroundImage", "fontFamily", "fontSize", "fontWeight", "lineHeight",
    "letterSpacing", "textTransform", "borderTopLeftRadius", "opacity", "boxShadow",
    "borderTopWidth", "borderRightWidth", "borderBottomWidth", "borderLeftWidth", "outlineWidth",
    "outlineStyle", "position", "display",
  ];
  const origin = host.getBoundingClientRect();
  const found = {};
  for (const element of host.querySelectorAll("[data-node-id]")) {
    const box = element.getBoundingClientRect();
    const computed = getComputedStyle(element);
    found[element.dataset.nodeId] = {
      tag: element.tagName.toLowerCase(),
      x: box.x - origin.x,
      y: box.y - origin.y,
      width: box.width,
      height: box.height,
      style: Object.fromEntries(names.map((name) => [name, computed[name]])),
    };
  }
  return found;
}
