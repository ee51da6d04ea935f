// Lays the rendered cases out in Chromium and measures each layer's element.
// measure.mjs FOLDER CHROMIUM: cases.json gives {id, width}; writes measured.json:
// {id: {node: {x, y, width, height, style}}}, positions from the case's own corner.
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
const measured = {};
for (const { id, html } of rendered) {
  measured[id] = await page.evaluate(measure, { html, width: cases[id].width });
}
await browser.close();
writeFileSync(join(folder, "measured.json"), JSON.stringify(measured));

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
