// Overview: how it goes at the moment, the keys by state, and the last hour in charts.

import { api } from "./api.js";
import { HistoryChart } from "./charts.js";
import { fill, h, setText } from "./dom.js";
import { clock, compact, count, countdown, duration, known, millis, now, percent, plural, tokens } from "./format.js";
import { tone } from "./parts.js";
import { loader } from "./view.js";

const STATES = ["available", "cooling", "failing", "invalid", "disabled"];
const POINTS_KEPT = 360;

/** The share of requests that did not end well, of those that ended at all. */
function errorShare(counts) {
  const bad = (counts.refused ?? 0) + (counts.failed ?? 0);
  return counts.requests > 0 ? bad / counts.requests : undefined;
}

const TILES = [
  { id: "requests", label: "Requests/min", value: (o) => count(o.last_minute.requests), note: (o) => `${(o.last_minute.requests / 60).toFixed(1)} /s` },
  { id: "errors", label: "Error share", value: (o) => percent(errorShare(o.last_minute), 1), note: (o) => `${count(o.last_minute.refused)} refused, ${count(o.last_minute.failed)} failed`, bad: (o) => errorShare(o.last_minute) > 0.05 },
  { id: "tokens", label: "Tokens/min", value: (o) => compact(tokens(o.last_minute)), note: (o) => `${compact(o.last_minute.prompt_tokens)} in, ${compact(o.last_minute.output_tokens)} out` },
  { id: "latency", label: "Answer p50", value: (o) => millis(o.last_minute.p50_ms), note: (o) => `p99 ${millis(o.last_minute.p99_ms)}` },
  { id: "first-byte", label: "First token p50", value: (o) => millis(o.last_minute.first_byte_p50_ms), note: (o) => `p99 ${millis(o.last_minute.first_byte_p99_ms)}` },
  { id: "in-flight", label: "In flight", value: (o) => count(o.in_flight), note: (o) => plural(o.connections ?? 0, "connection") },
  { id: "waiting", label: "Waiting for keys", value: (o) => count(o.waiting), note: (o) => (o.waiting > 0 ? "capacity is short" : "nobody waits"), bad: (o) => o.waiting > 0 },
  { id: "retries", label: "Attempts/min", value: (o) => count(o.last_minute.attempts), note: (o) => plural(o.last_minute.upstream_refusals ?? 0, "refusal") },
];

function charts() {
  const perSecond = (name) => (point) => (point[name] ?? 0) / 10;
  const perMinute = (name) => (point) => (point[name] ?? 0) * 6;
  const of = (name) => (point) => point[name];
  const times = (prefix) => [
    { label: "p50", tone: "a", read: of(`${prefix}p50_ms`) },
    { label: "p95", tone: "b", read: of(`${prefix}p95_ms`), dash: [6, 3] },
    { label: "p99", tone: "c", read: of(`${prefix}p99_ms`), dash: [2, 2] },
  ];
  return [
    new HistoryChart({ name: "traffic", title: "Requests per second", unit: "rate", stacked: true, max: 1, series: [
      { label: "Served", tone: "good", read: perSecond("served") },
      { label: "Refused", tone: "warn", read: perSecond("refused") },
      { label: "Failed", tone: "bad", read: perSecond("failed") },
      { label: "Abandoned", tone: "off", read: perSecond("abandoned") },
    ] }),
    new HistoryChart({ name: "tokens", title: "Tokens per minute", unit: "tokens", max: 100, series: [
      { label: "Prompt", tone: "a", read: perMinute("prompt_tokens") },
      { label: "Output", tone: "b", read: perMinute("output_tokens") },
      { label: "Thoughts", tone: "c", read: perMinute("thought_tokens"), dash: [6, 3] },
      { label: "Cached", tone: "off", read: perMinute("cached_tokens"), dash: [2, 2] },
    ] }),
    new HistoryChart({ name: "latency", title: "Time to the whole answer", unit: "time", series: times("") }),
    new HistoryChart({ name: "first-byte", title: "Time to the first token", unit: "time", series: times("first_byte_") }),
    new HistoryChart({ name: "errors", title: "Error share", unit: "share", max: 0.05, series: [
      { label: "Errors", tone: "bad", read: errorShare },
    ] }),
    new HistoryChart({ name: "attempts", title: "Attempts upstream per second", unit: "rate", max: 1, series: [
      { label: "Attempts", tone: "a", read: perSecond("attempts") },
      { label: "Refused by Google", tone: "warn", read: perSecond("upstream_refusals"), dash: [6, 3] },
    ] }),
  ];
}

export function overviewView(ctx) {
  const present = h("div", { class: "now" });
  const pictures = h("div", { class: "charts" });
  const pool = h("section", { class: "panel pool", "aria-labelledby": "pool-title" });
  fill(ctx.root, present, pool, h("h2", { class: "visually-hidden" }, "The last hour"), pictures);
  const paint = tiles(present);
  const paintPool = keysByState(pool);
  const show = (overview) => {
    paint(overview);
    paintPool(overview);
  };
  loader(ctx, h("div"), api.overview, show);
  ctx.on("overview", show);
  mountCharts(ctx, pictures);
}

function tiles(box) {
  const made = TILES.map((tile) => {
    const value = h("span", { class: "tile-value num" }, "…");
    const note = h("span", { class: "tile-note num" }, " ");
    const element = h("div", { class: "tile", data: { tile: tile.id } },
      h("span", { class: "tile-label" }, tile.label), value, note);
    return { tile, element, value, note };
  });
  fill(box, made.map((each) => each.element));
  return (overview) => {
    for (const { tile, element, value, note } of made) {
      setText(value, tile.value(overview));
      setText(note, tile.note(overview));
      element.dataset.bad = String(Boolean(tile.bad?.(overview)));
    }
  };
}

/** A bar of the pool with its legend; each state leads to the keys in it. */
function keysByState(section) {
  const parts = STATES.map((state) => h("span", { class: "pool-part", data: { tone: tone(state) } }));
  const numbers = STATES.map(() => h("span", { class: "num" }));
  const links = STATES.map((state, i) =>
    h("li", {}, h("a", { href: `#/keys?state=${state}`, class: "badge", data: { state, tone: tone(state) } },
      h("span", { class: "shape", "aria-hidden": "true" }), state, " ", numbers[i])));
  const returns = h("p", { class: "returns num", data: { returns: "" } });
  const up = h("p", { class: "muted num" });
  fill(section,
    h("div", { class: "panel-head" }, h("h2", { id: "pool-title" }, "Keys"), up),
    h("div", { class: "pool-bar", "aria-hidden": "true" }, parts),
    h("ul", { class: "pool-legend" }, links),
    returns);
  return (overview) => {
    const keys = overview.keys;
    STATES.forEach((state, i) => {
      parts[i].style.flexGrow = String(keys[state] ?? 0);
      parts[i].hidden = !keys[state];
      setText(numbers[i], count(keys[state] ?? 0));
    });
    const at = overview.capacity_returns_at;
    const back = known(at) && Date.parse(at) > now() && !(keys.available > 0);
    setText(returns, back ? `No key is free. Capacity returns in ${countdown(at)}, at ${clock(at)}.` : "");
    setText(up, `${plural(keys.total, "key")} · up ${duration(overview.uptime_seconds)}`);
  };
}

function mountCharts(ctx, box) {
  const all = charts();
  let points = [];
  let running = false;
  const redraw = () => {
    if (running) {
      all.forEach((chart) => chart.update(points));
    }
  };
  loader(ctx, box, (options) => api.history(60, options), (history) => {
    points = history.points;
    if (!running) {
      fill(box, all.map((chart) => chart.element));
      all.forEach((chart) => chart.start());
      running = true;
    }
    redraw();
  });
  ctx.on("point", (point) => {
    points = [...points.filter((each) => each.at !== point.at), point].slice(-POINTS_KEPT);
    redraw();
  });
  const recolour = () => running && all.forEach((chart) => chart.recolour());
  document.addEventListener("themechange", recolour, { signal: ctx.signal });
  ctx.signal.addEventListener("abort", () => all.forEach((chart) => chart.stop()));
}
