// Renders every case of cases.json with react-dom/server: [{id, name, kind, props}] -> [{id, kind, html}].
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = process.argv[2];
const cases = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"));
writeFileSync(
  join(folder, "entry.ts"),
  'export * from "./index";\nexport { createElement } from "react";\nexport { renderToStaticMarkup } from "react-dom/server";\n',
);
await build({
  entryPoints: [join(folder, "entry.ts")],
  outfile: join(folder, "bundle.cjs"),
  bundle: true,
  platform: "node",
  format: "cjs",
  jsx: "automatic",
  logLevel: "error",
  define: { "process.env.NODE_ENV": '"production"' },
});
const { default: made } = await import(pathToFileURL(join(folder, "bundle.cjs")).href);
const rendered = cases.map(({ id, name, kind, props }) => ({
  id,
  kind,
  html: made.renderToStaticMarkup(made.createElement(made[name], props)),
}));
writeFileSync(join(folder, "rendered.json"), JSON.stringify(rendered));
