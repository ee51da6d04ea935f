// A form from a JSON Schema. What has no field of its own is written as JSON.
import { h } from "./dom.js";

let count = 0;

export function formOf(schema, start = {}) {
  const whole = resolved(schema ?? {}, schema);
  const fields = fieldsOf(whole, schema, new Set(whole.required ?? []), start);
  if (!fields.length && whole.additionalProperties !== false) fields.push(wholeField(start));
  const element = h("div.fields", fields.length ? fields.map((each) => each.element) : h("p.dim", "Takes nothing."));
  return { element, read: () => Object.assign({}, ...fields.map((each) => each.read())) };
}

function fieldsOf(schema, root, required, start) {
  return Object.entries(schema.properties ?? {}).map(([name, raw]) => {
    const own = resolved(raw, root);
    const make = own.type === "object" && own.properties ? group : field;
    return make(name, own, required.has(name), start[name], root);
  });
}

function resolved(schema, root) {
  if (typeof schema !== "object" || schema === null) return {};
  if (schema.$ref?.startsWith("#/")) {
    const found = schema.$ref.slice(2).split("/").reduce((place, part) => place?.[part], root);
    return { ...found, ...schema, $ref: undefined };
  }
  const options = (schema.anyOf ?? schema.oneOf)?.filter((each) => each.type !== "null");
  return options?.length === 1 ? { ...resolved(options[0], root), ...schema, anyOf: undefined, oneOf: undefined } : schema;
}

// An object within the form. Left blank as a whole, it is left out, unless it is required.
function group(name, schema, required, start = schema.default ?? {}, root) {
  const fields = fieldsOf(schema, root, new Set(required ? schema.required : []), start);
  const element = h("fieldset", h("legend", titleOf(name, schema, required)), schema.description && h("p.about", schema.description), fields.map((each) => each.element));
  return { element, read: () => {
    const found = Object.assign({}, ...fields.map((each) => each.read()));
    return required || Object.keys(found).length ? { [name]: found } : {};
  } };
}

const titleOf = (name, schema, required) => [schema.title ?? name, required ? h("span.dim", " (required)") : null];

function field(name, schema, required, start, root = {}) {
  const id = `field-${++count}`;
  const fault = h("span.fault", { id: `${id}-fault`, role: "alert" });
  const first = start ?? schema.default;
  const { input, value, hint } = control({ ...schema, items: resolved(schema.items, root) }, id, first, required);
  input.setAttribute("aria-describedby", `${id}-about ${id}-fault`);
  if (required) input.required = true;
  const label = h("label", { for: id, id: `${id}-label` }, titleOf(name, schema, required));
  const about = h("span.about", { id: `${id}-about` }, [schema.description ?? limits(schema), hint].filter(Boolean).join(" "));
  const check = schema.type === "boolean";
  const element = h("div", { class: check ? "field check" : "field" }, check ? [input, label] : [label, input], about, fault);
  return { element, read: () => read(name, input, value, required, fault) };
}

function read(name, input, value, required, fault) {
  fault.textContent = "";
  input.removeAttribute("aria-invalid");
  try {
    if (!input.validity.valid) throw new Error(input.validationMessage);
    const found = value();
    return found === undefined ? {} : { [name]: found };
  } catch (error) {
    fault.textContent = error instanceof SyntaxError ? "This is not JSON." : error.message;
    input.setAttribute("aria-invalid", "true");
    input.focus();
    throw new Error(`Look at “${name}”.`);
  }
}

const limits = (schema) => [schema.minimum != null && `at least ${schema.minimum}`, schema.maximum != null && `at most ${schema.maximum}`].filter(Boolean).join(", ");

function control(schema, id, first, required) {
  if (schema.enum) return choice(schema, id, first, required);
  if (schema.type === "boolean") return tick(id, first);
  if (schema.type === "integer" || schema.type === "number") return number(schema, id, first);
  if (schema.type === "string") return text(schema, id, first, required);
  if (schema.type === "array" && schema.items.enum) return ticks(schema.items.enum, id, first, required);
  if (schema.type === "array" && schema.items.type === "string") return lines(id, first, required);
  return json(schema, id, first);
}

function choice(schema, id, first, required) {
  const input = h("select", { id }, !required && h("option", { value: "" }, "–"),
    schema.enum.map((each, index) => h("option", { value: index, selected: each === first }, String(each))));
  return { input, value: () => (input.value === "" ? undefined : schema.enum[input.value]) };
}

function tick(id, first) {
  const input = h("input", { id, type: "checkbox", checked: Boolean(first) });
  return { input, value: () => (input.checked || first !== undefined ? input.checked : undefined) };
}

function ticks(options, id, first = [], required) {
  const boxes = options.map((each) => h("input", { type: "checkbox", checked: first.includes(each) }));
  const input = h("fieldset.ticks", { id, "aria-labelledby": `${id}-label` }, options.map((each, index) => h("label", boxes[index], String(each))));
  const chosen = () => options.filter((_, index) => boxes[index].checked);
  return { input, value: () => (chosen().length || required ? chosen() : undefined) };
}

function lines(id, first = [], required) {
  const input = h("textarea", { id, value: first.join("\n") });
  const found = () => input.value.split("\n").map((each) => each.trim()).filter(Boolean);
  return { input, hint: "One on each line.", value: () => (found().length || required ? found() : undefined) };
}

function number(schema, id, first) {
  const input = h("input", { id, type: "number", step: schema.type === "integer" ? 1 : "any", min: schema.minimum, max: schema.maximum, value: first ?? "" });
  return { input, value: () => (input.value === "" ? undefined : Number(input.value)) };
}

function text(schema, id, first, required) {
  const long = schema.format === "textarea" || schema.maxLength > 200;
  const types = { email: "email", uri: "url", date: "date", password: "password" };
  const input = h(long ? "textarea" : "input", { id, type: long ? null : (types[schema.format] ?? "text"), maxlength: schema.maxLength, minlength: schema.minLength, value: first ?? "", autocomplete: "off" });
  return { input, value: () => (input.value === "" && !required ? undefined : input.value) };
}

function json(schema, id, first) {
  const input = h("textarea", { id, class: "mono", spellcheck: "false", value: first === undefined ? "" : JSON.stringify(first, null, 2) });
  const hint = schema.type && `As JSON, such as ${JSON.stringify(sample(schema))}`;
  return { input, hint, value: () => (input.value.trim() === "" ? undefined : JSON.parse(input.value)) };
}

// Something of this shape, to go by.
function sample(schema, depth = 4) {
  if (!depth || schema?.const != null) return schema?.const ?? "…";
  if (schema?.type === "array") return [sample(schema.items, depth - 1)];
  if (schema?.type === "object") return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, each]) => [name, sample(each, depth - 1)]));
  return schema?.default ?? schema?.enum?.[0] ?? { number: 1.5, integer: 1, boolean: true }[schema?.type] ?? "…";
}

function wholeField(start) {
  const each = field("input", { title: "Input as JSON" }, false, start);
  return { element: each.element, read: () => each.read().input ?? {} };
}
