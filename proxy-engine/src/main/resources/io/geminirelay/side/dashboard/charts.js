// The charts of the last hour. Each is a figure with a drawing, a sentence and a table of the same.

import { fill, freshId, h, setText } from "./dom.js";
import { compact, known, millis, percent, shortClock } from "./format.js";

const HOUR_MS = 3_600_000;
const YOUNG_MS = 600_000;
const MINUTE_MS = 60_000;
const GAP_MS = 30_000;

const UNITS = {
  rate: { tick: (v) => compact(v), show: (v) => `${Math.round(v * 100) / 100} /s` },
  tokens: { tick: (v) => compact(v), show: (v) => `${compact(v)} /min` },
  time: { tick: (v) => (v < 1000 ? `${v} ms` : `${v / 1000} s`), show: (v) => millis(v) },
  share: { tick: (v) => percent(v), show: (v) => percent(v, 1) },
};

/** Whether no line leads to the point, so that it is seen only as a dot. */
function alone(data, at) {
  const near = (other) => other !== undefined && Math.abs(other.x - data[at].x) <= GAP_MS;
  return !near(data[at - 1]) && !near(data[at + 1]);
}

/** Series are {label, tone, read(point), fill}; the unit names how numbers are written. */
export class HistoryChart {
  constructor({ name, title, unit, series, stacked, max }) {
    this.series = series;
    this.unit = UNITS[unit];
    this.name = name;
    this.stacked = stacked;
    this.max = max;
    this.canvas = h("canvas", { role: "img" });
    this.title = title;
    const heading = h("h3", { id: freshId("chart") }, title);
    this.canvas.setAttribute("aria-labelledby", heading.id);
    this.latest = h("span", { class: "chart-latest num" });
    this.sentence = h("p", { class: "visually-hidden", id: freshId("chart-sentence") });
    this.canvas.setAttribute("aria-describedby", this.sentence.id);
    this.rows = h("tbody");
    this.details = h("details", { class: "chart-table" }, h("summary", {}, "Show as a table"), this.tableBox(heading.id));
    this.details.addEventListener("toggle", () => this.paintTable());
    this.element = h(
      "figure",
      { class: "chart", data: { chart: name } },
      h("figcaption", {}, heading, this.latest),
      this.legend(),
      h("div", { class: "chart-box" }, this.canvas),
      this.sentence,
      this.details,
    );
  }

  legend() {
    const items = this.series.map((each) =>
      h("li", {}, h("span", { class: "swatch", "aria-hidden": "true", data: { colour: each.tone, dash: each.dash ? "yes" : "no" } }), each.label),
    );
    return h("ul", { class: "legend" }, items);
  }

  tableBox(headingId) {
    const columns = ["Minute", ...this.series.map((each) => each.label)];
    const head = h("tr", {}, columns.map((each) => h("th", { scope: "col" }, each)));
    return h(
      "div",
      { class: "scroll-box", tabindex: "0", role: "region", "aria-labelledby": headingId },
      h("table", { class: "plain" }, h("caption", { class: "visually-hidden" }, `${this.title}, minute by minute`), h("thead", {}, head), this.rows),
    );
  }

  /** Draws; must be in the page, since the size is that of its box. */
  start() {
    this.chart = new window.Chart(this.canvas, {
      type: "line",
      data: { datasets: this.series.map((each) => this.dataset(each)) },
      options: this.options(),
    });
    this.recolour();
  }

  dataset(each) {
    return {
      label: each.label,
      data: [],
      borderWidth: 1.5,
      borderDash: each.dash ?? [],
      pointRadius: 0,
      pointHitRadius: 8,
      fill: this.stacked ? "stack" : false,
      stepped: false,
      spanGaps: GAP_MS,
      tension: 0.25,
    };
  }

  options() {
    const unit = this.unit;
    return {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: {
          type: "linear",
          grid: { display: false },
          ticks: { stepSize: 600_000, maxRotation: 0, autoSkipPadding: 12, callback: (v) => shortClock(v) },
        },
        y: { beginAtZero: true, stacked: this.stacked, suggestedMax: this.max, border: { display: false }, ticks: { maxTicksLimit: 5, callback: (v) => unit.tick(v) } },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: (items) => (items.length ? new Date(items[0].parsed.x).toLocaleTimeString("en-GB") : ""),
            label: (item) => `${item.dataset.label}: ${unit.show(item.parsed.y)}`,
          },
        },
      },
    };
  }

  /** Shows these points; each is one of the history. */
  update(points) {
    this.points = points;
    const end = points.length ? Date.parse(points[points.length - 1].at) : Date.now();
    const x = this.chart.options.scales.x;
    // A gateway that has just begun has its minutes drawn wide, not as a dot at the edge.
    const age = points.length ? end - Date.parse(points[0].at) : 0;
    const span = Math.min(HOUR_MS, Math.max(YOUNG_MS, age));
    x.min = end - span;
    x.max = end;
    x.ticks.stepSize = Math.ceil(span / 6 / MINUTE_MS) * MINUTE_MS;
    this.series.forEach((each, i) => {
      const data = points.map((point) => ({ x: Date.parse(point.at), y: each.read(point) })).filter((point) => known(point.y));
      this.chart.data.datasets[i].data = data;
      this.chart.data.datasets[i].pointRadius = data.map((point, at) => (alone(data, at) ? 2 : 0));
    });
    this.chart.update("none");
    this.tell();
    this.paintTable();
  }

  tell() {
    const parts = this.series.map((each) => {
      const values = this.points.map(each.read).filter(known);
      if (values.length === 0) {
        return `${each.label}: nothing yet`;
      }
      return `${each.label}: now ${this.last(each)}, at most ${this.unit.show(Math.max(...values))}`;
    });
    setText(this.sentence, `${parts.join("; ")}.`);
    const first = this.series[0];
    setText(this.latest, `${first.label} ${this.last(first)}`);
  }

  /** What the last point says; an older one is not how it goes now. */
  last(series) {
    const value = this.points.length ? series.read(this.points[this.points.length - 1]) : undefined;
    return known(value) ? this.unit.show(value) : "–";
  }

  paintTable() {
    if (!this.details.open || !this.points) {
      return;
    }
    const minutes = new Map();
    for (const point of this.points) {
      const minute = Math.floor(Date.parse(point.at) / 60_000) * 60_000;
      minutes.set(minute, [...(minutes.get(minute) ?? []), point]);
    }
    const rows = [...minutes].reverse().map(([minute, points]) =>
      h("tr", {}, h("th", { scope: "row" }, shortClock(minute)), this.series.map((each) => h("td", { class: "number" }, this.ofMinute(each, points)))),
    );
    fill(this.rows, rows);
  }

  /** Times: the worst ten seconds of the minute; all else: the mean. */
  ofMinute(each, points) {
    const values = points.map(each.read).filter(known);
    if (values.length === 0) {
      return "–";
    }
    const worst = this.unit === UNITS.time;
    const value = worst ? Math.max(...values) : values.reduce((sum, v) => sum + v, 0) / values.length;
    return this.unit.show(value);
  }

  /** Takes the colours of the theme. */
  recolour() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.series.forEach((each, i) => {
      const dataset = this.chart.data.datasets[i];
      dataset.borderColor = colour(`chart-${each.tone}`);
      dataset.backgroundColor = this.stacked ? `${colour(`chart-${each.tone}`)}55` : "transparent";
    });
    const { x, y } = this.chart.options.scales;
    x.ticks.color = y.ticks.color = colour("muted");
    y.grid = { color: colour("line") };
    const tooltip = this.chart.options.plugins.tooltip;
    Object.assign(tooltip, { backgroundColor: colour("raised"), titleColor: colour("text"), bodyColor: colour("text"), borderColor: colour("line-strong"), borderWidth: 1 });
    this.chart.options.font = { family: style.fontFamily, size: 11 };
    this.chart.update("none");
  }

  stop() {
    this.chart?.destroy();
  }
}
