// Checks and renders generated packages, all in one process: check.mjs FOLDER...
// Writes to each checked.json: {types: [error], lint: [{file, line, rule}], broken: message or null}, and, unless it is
// broken, rendered.json: [{id, kind, html}] for each case of cases.json, [{id, name, kind, props}], by react-dom/server.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { ESLint } from "eslint";
import ts from "typescript";
import rules from "./eslint.config.mjs";

const folders = process.argv.slice(2);
const libraries = new Map();

// Errors of `tsc -p tsconfig.json`; what lies in node_modules is parsed once for all packages.
function types(folder) {
  const read = ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(read.config, ts.sys, folder);
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    const key = ts.sys.realpath(name);
    if (!key.includes("node_modules")) return parse(name, ...rest);
    if (!libraries.has(key)) libraries.set(key, parse(name, ...rest));
    return libraries.get(key);
  };
  return ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options, host)).map(({ file, start, code, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file ? basename(file.fileName) : ""}(${line}): error TS${code}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

async function lint(folder) {
  const eslint = new ESLint({ cwd: folder, overrideConfigFile: true, overrideConfig: rules });
  const found = await eslint.lintFiles(["."]);
  return found.flatMap(({ filePath, messages }) =>
    messages.map(({ line, ruleId, message }) => ({ file: basename(filePath), line, rule: ruleId ?? message })),
  );
}

async function render(folder) {
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
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const { default: made } = await import(pathToFileURL(join(folder, "bundle.cjs")).href);
  const rendered = cases.map(({ id, name, kind, props }) => ({
    id,
    kind,
    html: made.renderToStaticMarkup(made.createElement(made[name], props)),
  }));
  writeFileSync(join(folder, "rendered.json"), JSON.stringify(rendered));
}

for (const folder of folders) {
  const checked = { types: types(folder), lint: await lint(folder), broken: null };
  try {
    await render(folder);
  } catch (error) {
    checked.broken = String(error?.message ?? error).slice(0, 400);
  }
  writeFileSync(join(folder, "checked.json"), JSON.stringify(checked));
}
