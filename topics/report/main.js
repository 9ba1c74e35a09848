// From an address to a view.  #/model/view/rest?filters: it can be copied, sent, and opened again.

const VIEWS = { topics: topicsView, topic: topicView, trends: trendsView, compare: compareView, stories: storiesView, article: articleView, search: searchView };
const NAV = [["topics", "Topics"], ["trends", "Over time"], ["compare", "Compare"], ["stories", "Stories"]];

let from = null;
let models = [];
let latest = 0;

function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [name, view, ...rest] = path.split("/").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
  const model = models.find((each) => each.model === name) || models[0];
  const known = Object.hasOwn(VIEWS, view || "");
  const at = { from, model, name: model.model, view: known ? view : "topics", rest: known ? rest.join("/") : "", query: new URLSearchParams(query || "") };
  at.lost = Boolean(name) && (model.model !== name || (Boolean(view) && !known));
  at.filters = Object.fromEntries(FILTERS.map((key) => [key, at.query.get(key) || ""]));
  at.to = (view, rest, more) => link(at.name, view, rest, { ...at.filters, ...more });
  at.go = (href) => { location.hash = href; };
  return at;
}

function link(name, view, rest, query) {
  const kept = Object.entries(query || {}).filter(([, value]) => value);
  const path = [name, view, ...(rest === null || rest === undefined ? [] : [rest])].map(encodeURIComponent).join("/");
  return `#/${path}${kept.length ? `?${new URLSearchParams(kept)}` : ""}`;
}

function top(at) {
  const nav = h("nav", { "aria-label": "Views" }, NAV.filter(([view]) => ({ stories: at.model.stories, trends: at.model.first })[view] ?? true).map(([view, said]) =>
    h("a", { href: at.to(view), "aria-current": view === at.view ? "page" : null }, said)));
  const choose = models.length > 1
    ? h("select", { "aria-label": "Model", onchange: (event) => at.go(link(event.target.value, "topics")) },
        models.map((model) => h("option", { selected: model.model === at.name }, model.model))) : null;
  const box = h("input", { type: "search", name: "q", placeholder: "Search articles", "aria-label": "Search articles", value: at.query.get("q") || "", maxlength: 1000, autocomplete: "off" });
  const search = h("form", { class: "search", role: "search", onsubmit: (event) => { event.preventDefault(); at.go(at.to("search", null, { q: box.value })); } },
    box, h("button", { type: "submit" }, "Search"));
  document.getElementById("top").replaceChildren(
    h("div", { class: "bar" }, h("a", { class: "brand", href: link(at.name, "topics") }, "topics"), choose, nav, search), filterForm(at));
}

function filterForm(at) {
  const field = (said, input) => h("label", null, said, input);
  const dates = ["since", "until"].map((key) => at.model.first && field(key === "since" ? "From" : "To",
    h("input", { type: "date", name: key, min: at.model.first, max: at.model.last, value: at.filters[key] })));
  const names = ["source", "section"].map((key) => at.model[`${key}s`].length > 0 && field(key === "source" ? "Source" : "Section",
    h("select", { name: key }, h("option", { value: "" }, "all"), at.model[`${key}s`].map((name) => h("option", { selected: name === at.filters[key] }, name)))));
  if (![...dates, ...names].some(Boolean)) return h("div", { class: "filters" });
  const apply = (event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const rest = at.view === "topics" ? null : at.rest || null;
    at.go(link(at.name, at.view, rest, { ...Object.fromEntries(at.query), ...Object.fromEntries(FILTERS.map((key) => [key, form.get(key) || ""])) }));
  };
  const kinds = [at.model.first && "date", at.model.sources.length && "source", at.model.sections.length && "section"].filter(Boolean);
  const said = FILTERS.map((key) => at.filters[key]).filter(Boolean).join(", ");
  return h("details", { class: "filters", open: filtered(at) && !narrow.matches }, h("summary", null, said ? `Filter: ${said}` : `Filter by ${kinds.join(", ")}`),
    h("form", { onsubmit: apply, onchange: (event) => event.target.tagName === "SELECT" && apply({ preventDefault() {}, currentTarget: event.currentTarget }) },
      dates, names, h("button", { type: "submit" }, "Apply"),
      said ? h("a", { class: "small", href: link(at.name, at.view, at.rest || null, at.query.get("q") ? { q: at.query.get("q") } : {}) }, "Clear") : null));
}

const narrow = matchMedia("(max-width: 46rem)");

function foot(at) {
  const { model } = at;
  const held = from instanceof Report && from.data.articles.id.length < model.articles
    ? ` The report holds the ${number(from.data.articles.id.length)} strongest of them; shares and curves without filters count all.` : "";
  document.getElementById("foot").replaceChildren(
    h("p", null, `${plural(model.articles, "article")}, model of ${day(model.changed)}.${held} `,
      from instanceof Service ? h("a", { href: "docs" }, "For programs: the addresses of the service") : "Made with topics; this file needs no network."));
}

async function render(first) {
  const turn = ++latest;
  const at = parse();
  const main = document.getElementById("view");
  top(at);
  foot(at);
  main.setAttribute("aria-busy", "true");
  let content;
  try {
    if (at.lost) throw new Error("there is no view at this address; the links above lead to those there are");
    content = await VIEWS[at.view](at);
  } catch (error) {
    content = [h("h1", { tabindex: -1 }, "That did not work"), h("p", { class: "alert", role: "alert" }, error.message), h("p", null, h("a", { href: link(at.name, "topics") }, "To the topics"))];
  }
  if (turn !== latest) return;
  main.replaceChildren(...[content].flat(Infinity).filter(Boolean));
  main.removeAttribute("aria-busy");
  const said = main.querySelector("h1");
  document.title = `${said ? said.textContent : at.view} – ${at.name}`;
  if (!first && said) {
    window.scrollTo(0, 0);
    said.focus({ preventScroll: true });
  }
}

document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); document.getElementById("view").focus(); });
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName)) return;
  event.preventDefault();
  document.querySelector(".search input")?.focus();
});
addEventListener("hashchange", () => render(false));

(async () => {
  try {
    const data = document.getElementById("data");
    from = data ? new Report(await unpack(data.textContent)) : new Service();
    models = await from.models();
    await render(true);
  } catch (error) {
    document.getElementById("view").replaceChildren(h("h1", null, "That did not work"), h("p", { class: "alert", role: "alert" }, error.message));
  }
})();
