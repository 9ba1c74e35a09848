// Elements, numbers, dates, words: what every view is made of. Text is always set as text, never as markup.

const NS = "http://www.w3.org/2000/svg";

function build(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.startsWith("aria-") && typeof value === "boolean") node.setAttribute(name, String(value));
    else if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
const h = (tag, attributes, ...children) => build(document.createElement(tag), attributes, children);
const s = (tag, attributes, ...children) => build(document.createElementNS(NS, tag), attributes, children);

const LOCALE = "en-GB";
const number = (value) => value.toLocaleString(LOCALE);
const percent = (value) => `${(100 * value).toFixed(value && value < 0.00095 ? 2 : 1)}%`;
const points = (value) => (Math.abs(value) < 0.0005 ? "±0.0" : `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(1)}`);
const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many || `${one}s`}`;

const DAY_FORM = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const MONTH_FORM = new Intl.DateTimeFormat(LOCALE, { month: "short", year: "numeric", timeZone: "UTC" });

function day(date) {
  if (!date) return "";
  const moment = new Date(date.length <= 10 ? `${date}T00:00:00Z` : date);
  return Number.isNaN(moment.getTime()) ? date : DAY_FORM.format(moment);
}

function periodName(period, by) {
  if (by === "year") return period.period;
  if (by === "month") return MONTH_FORM.format(new Date(`${period.first}T00:00:00Z`));
  return by === "week" ? `week of ${day(period.first)}` : day(period.first);
}

// Inflected forms of a word are marked with it; the model joins forms more carefully than this does.
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’.&-][\p{L}\p{N}\p{M}]+)*/gu;
function stem(word) {
  let root = word.toLowerCase().replace(/['’]s$/, "");
  if (root.length > 4) root = root.replace(/(ies|ied)$/, "y").replace(/(ings?|ed|es|s)$/, "");
  return root.length > 3 ? root.replace(/e$/, "") : root;
}

function marked(text, terms) {
  const wanted = new Set(terms.flatMap((term) => (term.match(WORD) || []).map(stem)));
  if (!wanted.size) return [text];
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    if (!wanted.has(stem(match[0]))) continue;
    parts.push(text.slice(end, match.index), h("mark", null, match[0]));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

const address = (url) => (/^https?:\/\//i.test(url || "") ? url : null);

function save(name, kind, text) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type: kind })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function csv(header, rows) {
  const cell = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\ufeff${[header, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

const button = (said, act, attributes) => h("button", { type: "button", onclick: act, ...attributes }, said);
const saveCSV = (name, header, rows) =>
  button("Save as CSV", () => save(`${name}.csv`, "text/csv;charset=utf-8", csv(header, rows())), { class: "plain" });
