// Curves as SVG. A period without enough articles is a gap.

function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(value || 0.01));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}

function runs(shares, x, y) {
  const found = [[]];
  shares.forEach((share, i) => (share === null ? found.push([]) : found[found.length - 1].push([x(i), y(share)])));
  return found.filter((run) => run.length);
}

function paths(shares, x, y, base) {
  const line = (run) => run.map(([a, b], i) => `${i ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`).join("");
  const found = runs(shares, x, y);
  const bridge = found.length > 1 ? s("path", { class: "bridge", d: line(found.flat()) }) : null;
  return [bridge, ...found.map((run) =>
    run.length === 1
      ? s("circle", { class: "dot", cx: run[0][0], cy: run[0][1], r: 2 })
      : [
          s("path", { class: "area", d: `${line(run)}L${run[run.length - 1][0].toFixed(1)} ${base}L${run[0][0].toFixed(1)} ${base}Z` }),
          s("path", { class: "line", d: line(run) }),
        ])];
}

function told(label, periods, shares, by) {
  const best = shares.reduce((top, share, i) => (share !== null && (top < 0 || share > shares[top]) ? i : top), -1);
  if (best < 0) return `${label}: too few articles in every ${by}`;
  return `${label}: share by ${by}, highest ${percent(shares[best])} in ${periodName(periods[best], by)}`;
}

function spark(label, periods, shares, by, most) {
  const [wide, high] = [160, 34];
  const x = (i) => (shares.length > 1 ? (i * wide) / (shares.length - 1) : wide / 2);
  const y = (share) => high - 2 - ((high - 4) * share) / (most || 1);
  return s("svg", { class: "spark", viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": told(label, periods, shares, by) },
    s("line", { class: "axis", x1: 0, x2: wide, y1: high - 1, y2: high - 1 }), paths(shares, x, y, high - 1));
}

// As wide as the page, so that letters keep their size.
const across = () => Math.max(300, Math.min(1110, document.getElementById("view").clientWidth - 40));

function chart(label, periods, shares, by, { wide = across(), high = 260, most = 0 } = {}) {
  const [left, bottom, top] = [44, 24, 10];
  const limit = ceiling(most || Math.max(...shares.map((share) => share || 0), 0.001));
  const x = (i) => left + (shares.length > 1 ? (i * (wide - left - 8)) / (shares.length - 1) : (wide - left) / 2);
  const y = (share) => high - bottom - ((high - bottom - top) * share) / limit;
  const step = shares.length > 1 ? x(1) - x(0) : wide - left;
  const ticks = [0, limit / 2, limit].map((level) => [
    s("line", { class: "axis", x1: left, x2: wide, y1: y(level), y2: y(level) }),
    s("text", { x: left - 6, y: y(level) + 4, "text-anchor": "end" }, `${+(100 * level).toFixed(2)}%`),
  ]);
  const named = [...new Set([0, shares.length - 1])].map((i, nth) =>
    s("text", { x: nth ? wide : left, y: high - 6, "text-anchor": nth ? "end" : "start" }, periodName(periods[i], by)));
  const hits = periods.map((period, i) =>
    s("rect", { class: "hit", x: x(i) - step / 2, y: top, width: step, height: high - bottom - top },
      s("title", null, `${periodName(period, by)}: ${shares[i] === null ? "too few" : `${percent(shares[i])} of`} ${plural(period.articles, "article")}`)));
  return s("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": told(label, periods, shares, by) },
    ticks, paths(shares, x, y, high - bottom), named, hits);
}

// A saved chart stands alone: the page's colours are written into it.
function saveSVG(name, svg) {
  return button("Save as SVG", () => {
    const copy = svg.cloneNode(true);
    const from = [svg, ...svg.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((node, i) => {
      const seen = getComputedStyle(from[i]);
      for (const key of ["fill", "stroke", "stroke-width", "font"]) node.style.setProperty(key, seen.getPropertyValue(key));
    });
    copy.setAttribute("xmlns", NS);
    save(`${name}.svg`, "image/svg+xml", new XMLSerializer().serializeToString(copy));
  }, { class: "plain" });
}

const track = (part) => {
  const fill = h("i");
  fill.style.width = `${Math.max(0, Math.min(100, 100 * part)).toFixed(1)}%`;
  return h("span", { class: "track", "aria-hidden": "true" }, fill);
};
