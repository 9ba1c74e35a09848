// Where the views get what they show: from the service, or from the report's own data. Both answer alike.

const PAGE = 20;

// A topic without a single word of its own is called by its number.
const named = (rows) => rows.map((row) => (row.label ? row : { ...row, label: `topic ${row.topic}` }));
const allNamed = (trends) => ({ ...trends, groups: trends.groups.map((group) => ({ ...group, topics: named(group.topics) })) });

class Service {
  constructor() { this.known = new Map(); }

  async get(path, query) {
    const all = new URLSearchParams();
    for (const [key, value] of Object.entries(query || {})) {
      for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== null && one !== "") all.append(key, one);
    }
    const response = await fetch(`v1/models${path}${all.size ? `?${all}` : ""}`, { headers: { Accept: "application/json" } });
    const body = await response.json().catch(() => null);
    if (!response.ok) throw new Error((body && body.detail) || `the service answers ${response.status}`);
    return body;
  }

  at(name, path, query) { return this.get(`/${encodeURIComponent(name)}${path}`, query); }
  async models() { return (await this.get("")).items; }
  topics(name) { return this.at(name, "/topics", { top: 30 }).then((found) => named(found.items)); }
  trends(name, filters, by) { return this.at(name, "/trends", { ...filters, by }).then(allNamed); }
  compare(name, filters, group) { return this.at(name, "/compare", { ...filters, group }).then((found) => found.items); }
  topicArticles(name, topic, filters, offset) {
    return this.at(name, `/topics/${topic}/articles`, { ...filters, limit: PAGE, offset });
  }
  article(name, id) { return this.at(name, "/article", { id }).then((row) => ({ ...row, topics: named(row.topics) })); }
  similar(name, id, filters) { return this.at(name, "/similar", { id, ...filters, limit: 10 }); }
  search(name, q, filters, offset) { return this.at(name, "/search", { q, ...filters, limit: PAGE, offset }); }
  stories(name, filters, offset) { return this.at(name, "/stories", { ...filters, limit: PAGE, offset }); }
}

class Report {
  constructor(data) {
    this.data = { ...data, topics: named(data.topics), trends: allNamed(data.trends) };
    this.byId = new Map(data.articles.id.map((id, row) => [id, row]));
  }

  async models() { return [this.data.model]; }
  async topics() { return this.data.topics; }

  heading(row) {
    const { id, title, date, source, url } = this.data.articles;
    return { id: id[row], title: title[row], date: date[row], source: this.data.model.sources[source[row]] ?? null, url: url[row] };
  }

  weights(row) {
    const flat = this.data.articles.topics[row];
    const found = [];
    for (let i = 0; i < flat.length; i += 2) found.push({ topic: flat[i], label: this.data.topics[flat[i]].label, weight: flat[i + 1] / 1000 });
    return found;
  }

  rows(filters) {
    const { date, source, section } = this.data.articles;
    const [sources, sections] = [this.data.model.sources, this.data.model.sections];
    const until = filters.until ? `${filters.until}~` : null; // the whole of the day, month or year named
    return date.map((_, row) => row).filter((row) =>
      (!filters.since || (date[row] && date[row] >= filters.since)) && (!until || (date[row] && date[row] <= until)) &&
      (!filters.source || sources[source[row]] === filters.source) && (!filters.section || sections[section[row]] === filters.section));
  }

  async trends(name, filters, by) {
    const whole = this.data.trends;
    if (!Object.values(filters).some(Boolean)) return whole;
    const [group] = whole.groups;
    const rows = this.rows(filters);
    const dates = this.data.articles.date;
    const place = new Map(rows.map((row) => [row, dates[row] ? group.periods.findIndex((p) => dates[row] >= p.first && dates[row] <= p.last) : -1]));
    const periods = group.periods.map((p) => ({ ...p, articles: 0 }));
    const sums = this.data.topics.map(() => ({ total: 0, count: 0, sums: periods.map(() => 0), counts: periods.map(() => 0) }));
    for (const row of rows) {
      const at = place.get(row);
      if (at >= 0) periods[at].articles += 1;
      this.weights(row).forEach((each, rank) => {
        const sum = sums[each.topic];
        sum.total += each.weight;
        if (!rank) sum.count += 1;
        if (at < 0) return; // without a date: in the whole, in no period
        sum.sums[at] += each.weight;
        if (!rank) sum.counts[at] += 1;
      });
    }
    for (const period of periods) period.enough = period.articles >= whole.least;
    const articles = rows.length;
    const topics = sums.map((sum, topic) => ({
      topic, label: this.data.topics[topic].label, group: null, share: sum.total / (articles || 1), count: sum.count,
      shares: sum.sums.map((total, at) => (periods[at].enough ? total / periods[at].articles : null)),
      counts: sum.counts, change: null, direction: null,
    }));
    return { ...whole, groups: [{ group: null, articles, periods, topics }] };
  }

  async compare(name, filters, group) {
    if (!Object.values(filters).some(Boolean)) return this.data.compare[group];
    const names = this.data.model[`${group}s`];
    const numbers = this.data.articles[group];
    const parts = names.map((each) => ({ group: each, articles: 0, shares: this.data.topics.map(() => 0) }));
    for (const row of this.rows(filters)) {
      const part = parts[numbers[row]];
      if (!part) continue;
      part.articles += 1;
      for (const { topic, weight } of this.weights(row)) part.shares[topic] += weight;
    }
    for (const part of parts) part.shares = part.shares.map((share) => share / (part.articles || 1));
    return parts.filter((part) => part.articles).sort((a, b) => b.articles - a.articles);
  }

  page(rows, offset) {
    return { items: rows.slice(offset, offset + PAGE), next: rows.length > offset + PAGE ? "more" : null };
  }

  async topicArticles(name, topic, filters, offset) {
    const found = this.rows(filters).map((row) => [row, this.weights(row).find((each) => each.topic === topic)?.weight || 0]);
    found.sort((a, b) => b[1] - a[1] || (this.data.articles.id[a[0]] < this.data.articles.id[b[0]] ? -1 : 1));
    return this.page(found.filter(([, weight]) => weight).map(([row, weight]) => ({ ...this.heading(row), topic, weight })), offset);
  }

  row(id) {
    const row = this.byId.get(id);
    if (row === undefined) throw new Error(`the report holds no article ${id}; it holds ${number(this.byId.size)} of ${number(this.data.model.articles)}`);
    return row;
  }

  story(at) {
    const story = this.data.stories[at];
    return { ...story, ids: { length: story.articles }, articles: story.rows.map((row) => this.heading(row)) };
  }

  async article(name, id) {
    const row = this.row(id);
    const at = this.data.stories.findIndex((story) => story.rows.includes(row));
    const { section, lead } = this.data.articles;
    return {
      ...this.heading(row), section: this.data.model.sections[section[row]] ?? null, authors: null, text: lead[row], lead: true,
      topics: this.weights(row), story: at < 0 ? null : this.story(at),
    };
  }

  async similar(name, id, filters) {
    const passing = new Set(this.rows(filters));
    const items = this.data.articles.similar[this.row(id)].filter(([row]) => passing.has(row)).map(([row, score, relation, ...terms]) => ({
      ...this.heading(row), score: score / 1000, relation: this.data.relations[relation] ?? null,
      why: terms.map((term) => ({ term: this.data.terms[term], weight: 0 })),
    }));
    return { items, next: null };
  }

  async search(name, q, filters, offset) {
    const wanted = [...new Set((q.match(WORD) || []).map(stem))];
    const { title, lead } = this.data.articles;
    const found = [];
    for (const row of this.rows(filters)) {
      const count = (text, worth) => (text ? text.match(WORD) || [] : []).reduce((sum, word) => sum + (wanted.includes(stem(word)) ? worth : 0), 0);
      const score = count(title[row], 3) + count(lead[row], 1);
      if (score) found.push([row, score]);
    }
    found.sort((a, b) => b[1] - a[1]);
    return this.page(found.map(([row]) => ({ ...this.heading(row), score: null, why: (q.match(WORD) || []).map((term) => ({ term, weight: 0 })) })), offset);
  }

  async stories(name, filters, offset) {
    const passing = new Set(this.rows(filters));
    const found = this.data.stories.map((story, at) => [at, story.rows.filter((row) => passing.has(row)).length]);
    return this.page(found.filter(([, count]) => count > 1 || !Object.values(filters).some(Boolean)).map(([at]) => this.story(at)), offset);
  }
}

// The report's data is compressed: five times as many articles fit into one file.
async function unpack(text) {
  if (!("DecompressionStream" in window)) throw new Error("this browser is too old to open the report; any of 2023 or later does");
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}
