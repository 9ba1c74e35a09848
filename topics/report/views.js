// The views.  Each gets the page's state and gives what stands in <main>.

const title = (row) => row.title || row.id;
const FILTERS = ["since", "until", "source", "section"];
const filtered = (at) => FILTERS.some((key) => at.filters[key]);

function heading(text, ...below) {
  return [h("h1", { tabindex: -1 }, text), below.length ? h("p", { class: "quiet" }, below) : null];
}

function meta(row, ...more) {
  const link = address(row.url);
  return h("div", { class: "meta" },
    [row.source, day(row.date), ...more].filter(Boolean).map((part) => h("span", null, part)),
    link ? h("a", { href: link, rel: "noreferrer noopener", target: "_blank" }, "original") : null);
}

function span(model) {
  return model.first ? (model.first === model.last ? day(model.first) : `${day(model.first)} to ${day(model.last)}`) : "undated";
}

// A list that grows by pages.
function growing(first, item, fetchMore, none) {
  if (!first.items.length) return h("p", { class: "quiet" }, none);
  const list = h("ol", { class: "articles" }, first.items.map(item));
  let shown = first.items.length;
  const more = button("Show more", async () => {
    more.disabled = true;
    const next = await fetchMore(shown);
    const added = next.items.map(item);
    list.append(...added);
    shown += next.items.length;
    more.disabled = false;
    if (!next.next) more.remove();
    added[0]?.querySelector("a")?.focus();
  });
  return [list, first.next ? h("p", null, more) : null];
}

function movers(group, by, at) {
  const told = (direction, sign) => {
    const found = group.topics.filter((topic) => topic.direction === direction).sort((a, b) => sign * (a.change - b.change)).slice(0, 3);
    return found.length
      ? h("div", null, h("h2", { class: sign < 0 ? "up" : "down" }, direction === "rising" ? "Rising ▲" : "Falling ▼"),
          h("ul", null, found.map((topic) => h("li", null, h("a", { href: at.to("topic", topic.topic) }, topic.label), " ",
            h("span", { class: "quiet small" }, `${points(topic.change)} points`)))))
      : null;
  };
  const both = [told("rising", -1), told("falling", 1)].filter(Boolean);
  return both.length ? h("div", { class: "movers" }, both) : null;
}

async function topicsView(at) {
  const [topics, trends] = await Promise.all([at.from.topics(at.name), at.from.trends(at.name, at.filters)]);
  const [group] = trends.groups;
  const curves = group && group.periods.some((period) => period.enough);
  const most = (topic) => Math.max(...group.topics[topic].shares.map((share) => share || 0)); // shapes, not sizes: these are in the bars
  const shareOf = (topic) => (filtered(at) && group ? group.topics[topic.topic].share : topic.share);
  const widest = Math.max(...topics.map(shareOf), 0.0001);
  const row = (topic) => {
    const rest = topic.keywords.map((word) => word.term).filter((word) => !topic.label.split(", ").includes(word));
    return h("li", null,
      h("div", null, h("a", { class: "name", href: at.to("topic", topic.topic) }, topic.label),
        topic.rest ? h("span", { class: "quiet small" }, " left over: articles that stand alone") : null,
        h("div", { class: "quiet small" }, rest.slice(0, 9).join(", "))),
      curves ? spark(topic.label, group.periods, group.topics[topic.topic].shares, trends.by, most(topic.topic)) : h("span"),
      h("div", { class: "share" }, track(shareOf(topic) / widest), h("span", null, percent(shareOf(topic)))));
  };
  const themes = new Map();
  for (const topic of topics) themes.set(topic.theme ?? null, [...(themes.get(topic.theme ?? null) || []), topic]);
  const body = h("div");
  const show = (byTheme) => {
    body.replaceChildren(...(byTheme
      ? [...themes].map(([theme, own]) => h("section", null, h("h2", null, theme ?? "Others"), h("ol", { class: "topics" }, own.map(row))))
      : [h("ol", { class: "topics" }, topics.map(row))]));
  };
  show(false);
  const choose = themes.size > 1
    ? h("div", { class: "group", role: "group", "aria-label": "Order" }, ["List", "Themes"].map((said, i) =>
        button(said, (event) => {
          show(i === 1);
          for (const each of event.target.parentNode.children) each.setAttribute("aria-pressed", each === event.target);
        }, { "aria-pressed": i === 0 })))
    : null;
  const articles = filtered(at) && group ? `${number(group.articles)} of ${plural(at.model.articles, "article")}` : plural(at.model.articles, "article");
  return [
    heading(at.model.model, `${articles} in ${plural(topics.length, "topic")}, ${span(at.model)}`),
    group && !filtered(at) ? movers(group, trends.by, at) : null,
    h("div", { class: "tools" }, choose,
      h("span", { class: "quiet small" }, "The share is a topic’s mean part of an article", curves ? `; curves run by ${trends.by}, each on its own scale.` : "."),
      saveCSV(`${at.name}-topics`, ["topic", "label", "share", "keywords"],
        () => topics.map((topic) => [topic.topic, topic.label, shareOf(topic), topic.keywords.map((word) => word.term).join("; ")]))),
    body,
  ];
}

function curve(at, trends, topic, big) {
  const group = trends.groups[0];
  if (!group || !group.periods.some((period) => period.enough)) {
    return h("p", { class: "quiet" }, group && group.periods.length
      ? `No ${trends.by} has ${trends.least} articles, so there is no curve.` : "These articles bear no dates, so there is no curve.");
  }
  const svg = chart(topic.label, group.periods, topic.shares, trends.by, big);
  const rows = () => group.periods.map((period, i) => [period.period, topic.shares[i], topic.counts[i], period.articles]);
  const table = h("details", { class: "numbers" }, h("summary", null, "Show the numbers"));
  table.addEventListener("toggle", () => {
    if (table.childElementCount > 1) return;
    table.append(h("div", { class: "scroll" }, h("table", null,
      h("thead", null, h("tr", null, ["Period", "Share", "Strongest in", "Articles"].map((name, i) => h("th", { scope: "col", class: i ? "n" : null }, name)))),
      h("tbody", null, group.periods.map((period, i) => h("tr", null, h("td", null, periodName(period, trends.by)),
        h("td", { class: "n" }, topic.shares[i] === null ? "–" : percent(topic.shares[i])), h("td", { class: "n" }, number(topic.counts[i])),
        h("td", { class: "n" }, number(period.articles))))))));
  });
  const name = `${at.name}-topic-${topic.topic}`;
  const gaps = group.periods.some((period) => !period.enough)
    ? h("p", { class: "quiet small" }, `Gaps: ${trends.by}s with fewer than ${trends.least} articles.`) : null;
  return [svg, gaps, h("div", { class: "tools" }, saveSVG(name, svg), saveCSV(name, ["period", "share", "count", "articles"], rows)), table];
}

function articleItem(at, extra) {
  return (row) => h("li", null, h("a", { class: "title", href: at.to("article", row.id) }, title(row)), meta(row, extra && extra(row)));
}

async function topicView(at) {
  const topic = Number(at.rest);
  const by = at.query.get("by") || undefined;
  const groups = ["source", "section"].filter((group) => at.model[`${group}s`].length > 1);
  const [topics, trends, articles, ...parts] = await Promise.all([
    at.from.topics(at.name), at.from.trends(at.name, at.filters, by), at.from.topicArticles(at.name, topic, at.filters, 0),
    ...groups.map((group) => at.from.compare(at.name, at.filters, group))]);
  const own = topics[topic];
  if (!own) throw new Error(`there is no topic ${at.rest}; topics run from 0 to ${topics.length - 1}`);
  const trend = trends.groups[0]?.topics[topic];
  const strongest = own.keywords[0]?.weight || 1;
  const moves = trend && trend.direction && trend.direction !== "steady"
    ? h("span", { class: trend.direction === "rising" ? "up" : "down" }, ` · ${trend.direction} ${trend.direction === "rising" ? "▲" : "▼"}`) : null;
  return [
    heading(own.label, own.theme ? `${own.theme} · ` : null, own.rest ? "what is left over, articles that stand alone: " : null,
      `${percent(filtered(at) && trend ? trend.share : own.share)} of the news`, trend ? `, the strongest topic of ${plural(trend.count, "article")}` : null, moves),
    h("section", null, h("h2", null, "Over time"), curve(at, trends, trend || { topic, label: own.label, shares: [], counts: [] })),
    h("div", { class: "two" },
      h("section", null, h("h2", null, "Words"), h("ul", { class: "words" }, own.keywords.slice(0, 15).map((word) =>
        h("li", null, h("a", { href: at.to("search", null, { q: word.term }) }, word.term), track(word.weight / strongest))))),
      h("div", null, groups.map((group, i) => {
        const best = [...parts[i]].sort((a, b) => b.shares[topic] - a.shares[topic]).slice(0, 10);
        const most = Math.max(...best.map((part) => part.shares[topic]), 0.0001);
        return h("section", null, h("h2", null, group === "source" ? "Sources" : "Sections"),
          h("ul", { class: "words" }, best.map((part) => h("li", null, h("a", { href: at.to("topic", topic, { [group]: part.group }) }, part.group),
            h("div", { class: "share" }, track(part.shares[topic] / most), h("span", null, percent(part.shares[topic])))))));
      }))),
    h("section", null, h("h2", null, "Articles, strongest first"),
      growing(articles, articleItem(at, (row) => `${percent(row.weight)} of the article`),
        (offset) => at.from.topicArticles(at.name, topic, at.filters, offset), "No article passes these filters.")),
  ];
}

async function trendsView(at) {
  const by = at.query.get("by") || "";
  const trends = await at.from.trends(at.name, at.filters, by || undefined);
  const [group] = trends.groups;
  const head = heading("Topics over time", `Share of each topic by ${trends.by}, all on one scale`,
    trends.undated ? `; ${plural(trends.undated, "article has", "articles have")} no date` : null, ".");
  const periods = at.from instanceof Report ? null
    : h("label", { class: "small" }, "By ", h("select", { onchange: (event) => at.go(at.to("trends", null, { by: event.target.value })) },
        [["", "automatic"], ..."day week month year".split(" ").map((each) => [each, each])].map(([value, said]) =>
          h("option", { value, selected: value === by }, said))));
  if (!group || !group.periods.some((period) => period.enough)) return [head, periods, curve(at, trends, { shares: [], counts: [] })];
  const thin = group.periods.filter((period) => period.articles && !period.enough).length;
  const most = Math.max(...group.topics.flatMap((topic) => topic.shares.map((share) => share || 0)), 0.001);
  const orders = {
    "Largest": (a, b) => b.share - a.share, "Most rising": (a, b) => (b.change || 0) - (a.change || 0),
    "Most falling": (a, b) => (a.change || 0) - (b.change || 0),
  };
  const grid = h("div", { class: "grid" });
  const show = (order) => grid.replaceChildren(...[...group.topics].sort(orders[order]).map((topic) =>
    h("article", null, h("h3", null, h("a", { href: at.to("topic", topic.topic) }, topic.label)),
      h("div", { class: "quiet small" }, percent(topic.share), topic.change === null ? null : [", ",
        h("span", { class: topic.direction === "rising" ? "up" : topic.direction === "falling" ? "down" : null },
          `${points(topic.change)} points${topic.direction === "steady" ? "" : ` (${topic.direction})`}`)]),
      chart(topic.label, group.periods, topic.shares, trends.by, { wide: 300, high: 130, most }))));
  show("Largest");
  const choose = h("div", { class: "group", role: "group", "aria-label": "Order" }, Object.keys(orders).map((order, i) =>
    button(order, (event) => {
      show(order);
      for (const each of event.target.parentNode.children) each.setAttribute("aria-pressed", each === event.target);
    }, { "aria-pressed": i === 0 })));
  return [head,
    h("div", { class: "tools" }, group.topics.some((topic) => topic.change !== null) ? choose : null, periods,
      saveCSV(`${at.name}-trends`, ["period", "topic", "label", "share", "count", "articles"], () => group.periods.flatMap((period, i) =>
        group.topics.map((topic) => [period.period, topic.topic, topic.label, topic.shares[i], topic.counts[i], period.articles])))),
    h("p", { class: "quiet small" }, "Points are percentage points that a straight line through the shares gains from end to end; ",
      "“rising” and “falling” are said only where chance cannot explain it. ",
      thin ? `${plural(thin, trends.by)} with fewer than ${trends.least} articles left blank.` : null),
    grid];
}

const WIDEST = 12;

async function compareView(at) {
  const groups = ["source", "section"].filter((group) => at.model[`${group}s`].length);
  const group = groups.includes(at.rest) ? at.rest : groups.find((each) => at.model[`${each}s`].length > 1) || groups[0];
  const head = heading("Who writes about what", "The share of each topic in the articles of each ", group || "source", ".");
  if (!group) return [head, h("p", null, "These articles name neither a source nor a section.")];
  const [topics, every] = await Promise.all([at.from.topics(at.name), at.from.compare(at.name, at.filters, group)]);
  const parts = every.slice(0, WIDEST);
  const most = Math.max(...parts.flatMap((part) => part.shares), 0.0001);
  const cell = (part, topic) => {
    const share = part.shares[topic.topic];
    const made = h("td", null, h("a", { href: at.to("topic", topic.topic, { [group]: part.group }), "aria-label": `${topic.label} in ${part.group}: ${percent(share)}` }, percent(share)));
    made.style.background = `color-mix(in srgb, var(--fill) ${Math.round((55 * share) / most)}%, transparent)`;
    return made;
  };
  return [head,
    h("div", { class: "tools" }, groups.length > 1
      ? h("div", { class: "group", role: "group", "aria-label": "Columns" }, groups.map((each) =>
          button(each === "source" ? "Sources" : "Sections", () => at.go(at.to("compare", each)), { "aria-pressed": each === group }))) : null,
      saveCSV(`${at.name}-by-${group}`, ["topic", "label", ...every.map((part) => part.group)],
        () => topics.map((topic) => [topic.topic, topic.label, ...every.map((part) => part.shares[topic.topic])])),
      every.length > WIDEST ? h("span", { class: "quiet small" }, `The ${WIDEST} largest of ${every.length}; all are in the CSV.`) : null),
    parts.length ? h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Topics by source" }, h("table", { class: "heat" },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Topic"), parts.map((part) => h("th", { scope: "col", class: "n" }, part.group,
        h("div", { class: "quiet small" }, number(part.articles)))))),
      h("tbody", null, topics.map((topic) => h("tr", null, h("th", { scope: "row" }, h("a", { href: at.to("topic", topic.topic) }, topic.label)),
        parts.map((part) => cell(part, topic))))))) : h("p", { class: "quiet" }, "No article passes these filters."),
  ];
}

const why = (row) => (row.why || []).map((reason) => reason.term).filter(Boolean);

function matchItem(at, open) {
  return (row) => {
    const terms = why(row);
    return h("li", null,
      h("a", { class: "title", href: at.to("article", row.id) }, marked(title(row), terms)),
      h("div", { class: "meta" }, row.score === null ? null : h("span", { class: "score", title: "cosine of shared words and topics, 0 to 1" }, row.score.toFixed(2)),
        row.relation ? h("span", { class: "tag" }, row.relation) : null,
        [row.source, day(row.date)].filter(Boolean).map((part) => h("span", null, part))),
      terms.length && row.score !== null ? h("div", { class: "chips", "aria-label": "Shared words" }, terms.slice(0, 8).map((term) => h("span", { class: "chip" }, term))) : null,
      open ? open(row, terms) : null);
  };
}

function paragraphs(text, terms) {
  return text.split(/\n\s*\n/).filter((part) => part.trim()).map((part) => h("p", null, marked(part.trim(), terms)));
}

function storyBlock(at, story, without) {
  const others = story.articles.filter((row) => row.id !== without);
  const more = story.ids.length - story.articles.length;
  return [h("ol", { class: "articles" }, others.map(articleItem(at))), more > 0 ? h("p", { class: "quiet small" }, `and ${number(more)} more`) : null];
}

async function articleView(at) {
  const [own, near] = await Promise.all([at.from.article(at.name, at.rest), at.from.similar(at.name, at.rest, at.filters)]);
  const text = h("div", { class: "text" });
  const show = (terms) => text.replaceChildren(...(own.text ? paragraphs(own.text + (own.lead && own.text.length >= 400 ? " …" : ""), terms)
    : [h("p", { class: "quiet" }, "The text of this article is not in the model.")]));
  show([]);
  if ((own.text || "").length > 6000) {
    text.classList.add("clipped");
    text.after(button("Show all of it", (event) => { text.classList.remove("clipped"); event.target.remove(); }));
  }
  const open = (row, terms) => {
    const inside = h("div", { class: "text small" });
    const details = h("details", { class: "more" }, h("summary", null, "Read beside"), inside);
    details.addEventListener("toggle", async () => {
      show(details.open ? terms : []);
      if (!details.open || inside.childElementCount) return;
      const other = await at.from.article(at.name, row.id);
      inside.replaceChildren(...paragraphs(other.text || "The text is not in the model.", terms));
    });
    return details;
  };
  const widest = own.topics[0]?.weight || 1;
  return h("div", { class: "article-page" },
    h("article", null, heading(title(own)), meta(own, own.section, (own.authors || []).join(", ")),
      h("section", null, h("h2", null, "Topics"), own.topics.length
        ? h("ul", { class: "words" }, own.topics.slice(0, 5).map((topic) => h("li", null, h("a", { href: at.to("topic", topic.topic) }, topic.label),
            h("div", { class: "share" }, track(topic.weight / widest), h("span", null, percent(topic.weight))))))
        : h("p", { class: "quiet" }, "It shares no word with any topic.")),
      h("section", { "aria-label": "Text" }, text)),
    h("aside", { "aria-label": "What belongs with it" },
      own.story ? h("section", null, h("h2", null, "The same story"), storyBlock(at, own.story, own.id)) : null,
      h("section", null, h("h2", null, "Similar articles"), near.items.length
        ? h("ol", { class: "articles" }, near.items.map(matchItem(at, open)))
        : h("p", { class: "quiet" }, filtered(at) ? "None passes these filters." : "No article shares a term with it."))));
}

async function searchView(at) {
  const q = (at.query.get("q") || "").trim();
  if (!q) return [heading("Search"), h("p", { class: "quiet" }, "Write some words in the box above.")];
  const found = await at.from.search(at.name, q, at.filters, 0);
  return [heading(`“${q}”`, found.items.length ? "Articles that share these words, nearest first. Inflected forms are found too." : null),
    growing(found, matchItem(at), (offset) => at.from.search(at.name, q, at.filters, offset),
      filtered(at) ? "No article that passes the filters has these words." : "No article has these words; try fewer, or others.")];
}

async function storiesView(at) {
  if (!at.model.stories) return [heading("Stories"), h("p", { class: "quiet" }, "This model knows of no stories.")];
  const found = await at.from.stories(at.name, at.filters, 0);
  const item = (story) => h("li", null, h("h2", null, h("a", { href: at.to("article", story.articles[0]?.id) }, story.title)),
    h("div", { class: "quiet small" }, plural(story.ids.length, "article"), spanOf(story.articles),
      story.sources && story.sources.length ? `, in ${story.sources.slice(0, 6).join(", ")}${story.sources.length > 6 ? " …" : ""}` : null),
    story.terms && story.terms.length ? h("div", { class: "chips" }, story.terms.map((term) => h("span", { class: "chip" }, term))) : null,
    h("details", { class: "more" }, h("summary", null, "Its articles"), storyBlock(at, story, null)));
  return [heading("Stories", "Articles on one event, the largest first."),
    growing(found, item, (offset) => at.from.stories(at.name, at.filters, offset), filtered(at) ? "No story passes these filters." : "No two articles are about one event.")];
}

function spanOf(articles) {
  const dates = articles.map((row) => row.date).filter(Boolean).sort();
  if (!dates.length) return null;
  const [first, last] = [day(dates[0]), day(dates[dates.length - 1])];
  return first === last ? `, ${first}` : `, ${first} to ${last}`;
}
