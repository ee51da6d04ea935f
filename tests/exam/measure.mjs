// Lays the rendered cases of packages out in Chromium and measures each layer's element: measure.mjs CHROMIUM FOLDER...
// A folder's cases.json gives {id, width, tall, flows, ...} (browser_rows.plan); written are
// measured.json: {id: {node: {x, y, width, height, style}}}, positions from the case's own corner;
// states.json: the same for cases with their state forced; axe.json: {id: [violation]};
// elastic.json, for screens and for cases that flow: {id: {edits, stiff, widths: {width: {over, faults, widest}}}}.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "@tailwindcss/node";
import { chromium } from "playwright-core";

const [executablePath, ...folders] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--allow-file-access-from-files"] });
const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
const tools = await page.context().newCDPSession(page);
for (const folder of folders) await examine(folder);
await browser.close();

async function examine(folder) {
  await show(folder);
  const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const cases = Object.fromEntries(read("cases.json").map((each) => [each.id, each]));
  const written = { measured: {}, states: {}, axe: {}, elastic: {} };
  for (const { id, kind, html } of read("rendered.json")) {
    const each = cases[id];
    await page.evaluate((floats) => Object.assign(globalThis.exam, { floats }), each.floats);
    if (kind === "state") {
      await page.evaluate(measure, { html, width: each.width });
      await force(each.state);
      written.states[id] = await page.evaluate(measure, { width: each.width });
      continue;
    }
    if (each.tall > 1000) await page.setViewportSize({ width: 1600, height: Math.ceil(each.tall) });
    const before = await page.evaluate(measure, { html, width: each.width });
    if (each.tall > 1000) await page.setViewportSize({ width: 1600, height: 1000 });
    // A page may have several boards of loose layers.
    written.measured[id] = { ...written.measured[id], ...before };
    written.axe[id] = [...(written.axe[id] ?? []), ...(await page.evaluate(audit))];
    if (each.flows || each.fluid) written.elastic[id] = await stretch(each, before);
  }
  for (const [name, found] of Object.entries(written)) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(found));
  }
}

// The page of a package: its theme and classes, the fonts there are, and what examines it.
async function show(folder) {
  const classes = new Set();
  for (const kind of ["components", "screens"]) {
    if (!existsSync(join(folder, kind))) continue;
    for (const file of readdirSync(join(folder, kind))) {
      for (const word of readFileSync(join(folder, kind, file), "utf8").split(/[\s"`{}]+/)) classes.add(word);
    }
  }
  const theme = readFileSync(join(folder, "theme.css"), "utf8");
  const compiler = await compile(theme, { base: folder, onDependency() {} });
  writeFileSync(join(folder, "built.css"), compiler.build([...classes]));
  writeFileSync(join(folder, "fonts.css"), fonts(join(folder, "node_modules", "@fontsource")));
  const links = ["fonts.css", "built.css"].map((href) => `<link rel="stylesheet" href="${href}">`);
  writeFileSync(
    join(folder, "page.html"),
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Exam</title>${links.join("")}</head><body><div id="case"></div></body></html>`,
  );
  await page.goto(pathToFileURL(join(folder, "page.html")).href);
  await page.addScriptTag({ path: join(folder, "node_modules", "axe-core", "axe.min.js") });
  await page.evaluate(install);
  await tools.send("DOM.enable");
  await tools.send("CSS.enable");
}

// Every weight and style of every font there is; a page takes a second for so many sheets, and none for one.
function fonts(families) {
  const sheets = [];
  for (const family of readdirSync(families)) {
    for (const weight of [100, 200, 300, 400, 500, 600, 700, 800, 900]) {
      for (const style of ["", "-italic"]) {
        const file = join(families, family, `${weight}${style}.css`);
        if (!existsSync(file)) continue;
        const place = pathToFileURL(join(families, family)).href;
        sheets.push(readFileSync(file, "utf8").replaceAll("url(./", `url(${place}/`));
      }
    }
  }
  return sheets.join("\n");
}

// Other texts, other children, other widths.
async function stretch({ width, flows, fluid, drops, groups, hugs, grows }, before) {
  const edits = flows ? await page.evaluate(edit, { drops, groups, hugs }) : { texts: 0, faults: [] };
  const found = { edits, widths: {}, stiff: [] };
  if (!fluid) return found;
  const usual = await page.evaluate((width) => globalThis.exam.look(width), width);
  const wider = Math.round(width * 1.25);
  // No screen is narrower than 320 px (WCAG 1.4.10), so what is drawn narrower need not be either.
  const narrower = Math.ceil(Math.max(width * 0.75, Math.min(width, 320)));
  for (const other of flows ? [narrower, wider, 390] : [wider]) {
    await page.setViewportSize({ width: other, height: 1000 });
    const squeezed = await page.evaluate(squeeze, { width: other, usual });
    if (flows) found.widths[other] = squeezed;
    if (other === wider) found.stiff = await page.evaluate(stiff, { grows, wider, before });
  }
  await page.setViewportSize({ width: 1600, height: 1000 });
  return found;
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
function edit({ drops, groups, hugs }) {
  const { texts, overlaps, crossings, spills, of } = globalThis.exam;
  const chosen = texts().slice(0, 60);
  const look = () => [...overlaps(), ...crossings(groups), ...spills(hugs)];
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

// Which layers do not take what FILL, or move and stretch as constraints, gives them of the root's growth.
function stiff({ grows, wider, before }) {
  const { of } = globalThis.exam;
  const origin = document.getElementById("case").getBoundingClientRect().x;
  return Object.entries(grows).flatMap(([id, { width, x }]) => {
    const element = of(id);
    // What is drawn inside of an icon is a drawing, and scales as one.
    if (!element || !before[id] || element.ownerSVGElement) return [];
    const box = element.getBoundingClientRect();
    const missing = before[id].width + width - box.width;
    const astray = x === null ? 0 : before[id].x + x - (box.x - origin);
    const off = Math.abs(missing) > 1.5 ? [`${id} at ${wider}px: ${missing.toFixed(1)}px from what its sizing gives`] : [];
    return Math.abs(astray) > 1.5 ? [...off, `${id} at ${wider}px: ${astray.toFixed(1)}px from where its constraint holds it`] : off;
  });
}

// Sets another width: how far anything stands out, and which texts newly overlap.
function squeeze({ width, usual }) {
  const host = document.getElementById("case");
  host.style.width = `${width}px`;
  const over = host.scrollWidth - width;
  const out = (each) => each.getBoundingClientRect().right > width + 1;
  const widest = over > 1 ? [...host.querySelectorAll("[data-node-id]")].filter(out) : [];
  const faults = globalThis.exam.look(width).filter((fault) => !usual.includes(fault));
  return { over, faults, widest: widest.map((each) => each.dataset.nodeId).slice(0, 4) };
}

// What edit and squeeze share; lives on the page.
function install() {
  const texts = () =>
    [...document.querySelectorAll("#case :is(p, span, h1, h2, h3, h4, h5, h6)")].filter(
      (each) => each.dataset.nodeId && !each.children.length && each.textContent.trim(),
    );
  // The box of a text with all that flows out of it, as far as that is seen.
  const inked = (each) => {
    const box = each.getBoundingClientRect();
    const clipped = getComputedStyle(each).overflowX !== "visible";
    const over = (side) => (clipped || !each.isConnected ? 0 : Math.max(0, each[`scroll${side}`] - each[`client${side}`]));
    return { left: box.left, top: box.top, right: box.right + over("Width"), bottom: box.bottom + over("Height") };
  };
  // Texts that leave the case or what clips them.
  const cut = (width) => {
    const host = document.getElementById("case").getBoundingClientRect();
    return texts().flatMap((each) => {
      const box = inked(each);
      let [left, right] = [host.left, host.left + width];
      for (let above = each.parentElement; above && above.id !== "case"; above = above.parentElement) {
        if (getComputedStyle(above).overflowX === "visible") continue;
        const clip = above.getBoundingClientRect();
        [left, right] = [Math.max(left, clip.left), Math.min(right, clip.right)];
      }
      return box.right > right + 1 || box.left < left - 1 ? [`${each.dataset.nodeId} is cut off`] : [];
    });
  };
  // Texts in which a word that is no address stands on two lines: their box is narrower than a word.
  const broken = () =>
    texts().flatMap((each) => {
      const walk = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      while (walk.nextNode()) {
        for (const { 0: word, index } of walk.currentNode.data.matchAll(/[\p{L}\p{N}.,:@'’]+/gu)) {
          if (word.length > 15 || /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u.test(word)) continue;
          range.setStart(walk.currentNode, index);
          range.setEnd(walk.currentNode, index + word.length);
          const lines = new Set([...range.getClientRects()].map((line) => Math.round(line.top)));
          if (lines.size > 1) return [`${each.dataset.nodeId} is broken within "${word}"`];
        }
      }
      return [];
    });
  const overlaps = () => {
    const boxes = texts().map((each) => [each.dataset.nodeId, inked(each)]);
    const found = [];
    boxes.forEach(([one, a], index) => {
      for (const [other, b] of boxes.slice(index + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        const { floats } = globalThis.exam;
        if (across > 2 && down > 2 && floats[one] === floats[other]) found.push(`${one} ${other}`);
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
  // Children that stick out of a box that hugs them.
  const spills = (hugs) =>
    hugs.flatMap(([id, children, end]) => {
      const around = of(id)?.getBoundingClientRect();
      const boxes = children.map((child) => [child, of(child)?.getBoundingClientRect()]);
      return boxes.filter(([, box]) => around && box && box[end] > around[end] + 2).map(([child]) => `${child} out of ${id}`);
    });
  const look = (width) => [...overlaps(), ...cut(width), ...broken()];
  globalThis.exam = { texts, overlaps, crossings, spills, look, of };
}

async function measure({ html, width }) {
  const host = document.getElementById("case");
  host.style.width = `${width}px`;
  if (html !== undefined) host.innerHTML = html;
  await document.fonts.ready;
  const names = [
    "color", "backgroundColor", "backgroundImage", "fontFamily", "fontSize", "fontWeight", "fontStyle", "lineHeight",
    "letterSpacing", "textTransform", "textAlign", "textDecorationLine", "opacity", "visibility", "boxShadow", "textShadow",
    "borderTopLeftRadius", "borderTopRightRadius", "borderBottomRightRadius", "borderBottomLeftRadius",
    "borderTopWidth", "borderRightWidth", "borderBottomWidth", "borderLeftWidth",
    "borderTopColor", "borderRightColor", "borderBottomColor", "borderLeftColor",
    "borderTopStyle", "borderRightStyle", "borderBottomStyle", "borderLeftStyle",
    "outlineWidth", "outlineStyle", "outlineColor", "position", "flexGrow",
  ];
  const said = ["width", "height", "min-width", "max-width", "min-height", "max-height", "flex-basis"];
  const runs = (element) => {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walk.nextNode()) {
      const { color, fontWeight, fontSize, fontStyle } = getComputedStyle(walk.currentNode.parentElement);
      found.push({ text: walk.currentNode.data, color, fontWeight, fontSize, fontStyle });
    }
    return found;
  };
  // The widths, by side, of a stroke that is a box before the content: a gradient cut out but for its padding.
  const sides = ["Top", "Right", "Bottom", "Left"];
  const ring = (element) => {
    const { content, backgroundImage, maskImage, ...before } = getComputedStyle(element, "::before");
    if (content === "none" || maskImage === "none" || !backgroundImage.includes("gradient(")) return null;
    return sides.map((side) => Number.parseFloat(before[`padding${side}`]));
  };
  // The same of one that has dashes, with its colour.
  const dashes = (element) => {
    const { content, ...before } = getComputedStyle(element, "::before");
    const drawn = sides.filter((side) => before[`border${side}Style`] === "dashed");
    if (content === "none" || !drawn.length) return null;
    const widths = sides.map((side) => Number.parseFloat(before[`border${side}Width`]));
    return { widths, color: before[`border${drawn[0]}Color`] };
  };
  const origin = host.getBoundingClientRect();
  const found = {};
  for (const element of host.querySelectorAll("[data-node-id]")) {
    const box = element.getBoundingClientRect();
    const computed = getComputedStyle(element);
    const stated = element.computedStyleMap();
    found[element.dataset.nodeId] = {
      tag: element.tagName.toLowerCase(),
      x: box.x - origin.x,
      y: box.y - origin.y,
      width: box.width,
      height: box.height,
      style: Object.fromEntries(names.map((name) => [name, computed[name]])),
      ring: ring(element),
      dashes: dashes(element),
      said: Object.fromEntries(said.map((name) => [name, String(stated.get(name))])),
      runs: /^(p|span|h[1-6])$/i.test(element.tagName) ? runs(element) : [],
    };
  }
  return found;
}
