// Lays the rendered cases out in Chromium and measures each layer's element.
// measure.mjs FOLDER CHROMIUM: cases.json gives {id, width, flows}; writes measured.json:
// {id: {node: {x, y, width, height, style}}}, positions from the case's own corner,
// and, for cases that flow, elastic.json: {id: {edits, widths: {width: {over, faults, widest}}}}.
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
await page.evaluate(install);
const measured = {};
const elastic = {};
for (const { id, html } of rendered) {
  const { width, flows } = cases[id];
  measured[id] = await page.evaluate(measure, { html, width });
  if (!flows) continue;
  elastic[id] = { edits: await page.evaluate(edit), widths: {} };
  const usual = await page.evaluate(() => globalThis.exam.overlaps());
  for (const narrow of [Math.round(width * 0.75), Math.round(width * 1.25), 390]) {
    await page.setViewportSize({ width: narrow, height: 1000 });
    elastic[id].widths[narrow] = await page.evaluate(squeeze, { width: narrow, usual });
  }
  await page.setViewportSize({ width: 1600, height: 1000 });
}
await browser.close();
writeFileSync(join(folder, "measured.json"), JSON.stringify(measured));
writeFileSync(join(folder, "elastic.json"), JSON.stringify(elastic));

// Doubles each text in turn; the pairs of texts that then newly lie over each other.
function edit() {
  const { texts, overlaps } = globalThis.exam;
  const chosen = texts().slice(0, 60);
  const before = new Set(overlaps());
  const faults = [];
  for (const each of chosen) {
    const text = each.textContent;
    each.textContent = `${text} ${text}`;
    faults.push(...overlaps().filter((pair) => !before.has(pair)));
    each.textContent = text;
  }
  return { texts: chosen.length, faults };
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
  globalThis.exam = { texts, overlaps };
}

async function measure({ html, width }) {
  const host = document.getElementById("case");
  host.style.width = `${width}px`;
  host.innerHTML = html;
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
