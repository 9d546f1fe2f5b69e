// Requests: the last thousand, the newest first, growing as they come. Each opens to its "why".

import { api } from "./api.js";
import { fill, h, icon, setText } from "./dom.js";
import { clock, compact, count, fullTime, known, millis, plural, tokens, words } from "./format.js";
import { badge, filterSearch, filterSelect, offerOptions, paintBadge } from "./parts.js";
import { builtCell, Table, textCell } from "./table.js";
import { openRequest, took } from "./trail.js";
import { empty, loader } from "./view.js";

const KEPT = 1000;
const PAGE = 500;
const FILTERS = [
  ["client", "Client", "All clients"],
  ["model", "Model", "All models"],
  ["outcome", "Outcome", "All outcomes"],
  ["status", "Status", "All statuses"],
  ["route", "Route", "All routes"],
];

function columns(open) {
  return [
    { id: "at", label: "Time", sort: (r) => r.seq, cell: (td, r) => {
      setText(td, clock(r.at));
      td.title = fullTime(r.at);
      td.classList.add("num");
    } },
    { id: "id", label: "Request", head: true, cell: builtCell((current) => h("button", { type: "button", class: "link mono", data: { action: "open" }, on: { click: () => open(current()) } }), (button, r) => {
      setText(button, r.id);
      button.title = r.id;
    }) },
    { id: "client", label: "Client", sort: (r) => r.client ?? "", cell: titled((r) => r.client || "–") },
    { id: "model", label: "Model", sort: (r) => r.model ?? "", cell: titled((r) => r.model || words(r.route)) },
    { id: "outcome", label: "Outcome", sort: (r) => r.outcome, cell: builtCell(() => h("span", { class: "state-cell" }, badge(""), h("span", { class: "why num" })), paintOutcome) },
    { id: "why", label: "Why", cell: titled((r) => (r.why ?? []).join(" ") || (r.attempts > 1 ? plural(r.attempts, "attempt") : "–")) },
    { id: "ms", label: "Took", num: true, sort: took, cell: textCell((r) => millis(took(r))) },
    { id: "first", label: "First token", num: true, sort: (r) => r.first_byte_ms, cell: textCell((r) => millis(r.first_byte_ms)) },
    { id: "waited", label: "Waited", num: true, sort: (r) => r.waited_ms, cell: textCell((r) => (r.waited_ms ? millis(r.waited_ms) : "–")) },
    { id: "attempts", label: "Attempts", num: true, sort: (r) => r.attempts, cell: textCell((r) => count(r.attempts)) },
    { id: "tokens", label: "Tokens", num: true, sort: tokens, cell: textCell((r) => (known(r.prompt_tokens) || known(r.output_tokens) ? compact(tokens(r)) : "–")) },
  ];
}

function titled(read) {
  return (td, row) => {
    const text = read(row);
    setText(td, text);
    td.title = text;
  };
}

function paintOutcome(cell, r) {
  paintBadge(cell.firstChild, r.outcome);
  if (r.outcome === "served" && r.status >= 400) {
    cell.firstChild.dataset.tone = "warn";
  }
  setText(cell.lastChild, [r.status || "", words(r.fault)].filter(Boolean).join(" "));
}

async function loadRequests(options) {
  const all = [];
  let before;
  do {
    const page = await api.requests({ limit: PAGE, before }, options);
    all.push(...page.requests);
    before = page.requests.length ? page.next : undefined;
  } while (before !== undefined && before !== null && all.length < KEPT);
  return all.slice(0, KEPT);
}

function fits(r, filters) {
  const needle = filters.q.toLowerCase();
  return (
    FILTERS.every(([name]) => !filters[name] || String(r[name] ?? "") === filters[name]) &&
    (!filters.key || r.key === filters.key) &&
    (!needle || [r.id, r.client, r.model, r.key, r.fault, r.group, r.route, ...(r.why ?? [])].some((text) => text?.toLowerCase().includes(needle)))
  );
}

export function requestsView(ctx) {
  let all = [];
  let held = [];
  let paused = false;
  let gap = false;
  const filters = { q: ctx.params.get("q") ?? "", key: ctx.params.get("key") ?? "" };
  FILTERS.forEach(([name]) => (filters[name] = ctx.params.get(name) ?? ""));
  const choose = (name) => (value) => {
    filters[name] = value;
    ctx.keep(filters);
    paint();
  };
  const table = new Table({ name: "requests", caption: "Requests, the newest first", columns: columns((r) => openRequest(ctx, r)), key: (r) => String(r.seq), signal: ctx.signal });
  const selects = FILTERS.map(([name, label, every]) => [name, every, filterSelect(`request-${name}`, label, [["", every]], "", choose(name))]);
  const shown = h("p", { class: "filter-count num muted", id: "request-count" });
  const bar = h("div", { class: "filters" }, filterSearch("request-search", "Search", "Id, key, why", filters.q, choose("q")), selects.map(([, , each]) => each), shown);
  const more = h("button", { type: "button", class: "more", id: "request-more", hidden: true });
  const pause = h("button", { type: "button", id: "request-pause", "aria-pressed": "false" });
  const nothing = h("div");
  const list = h("div");

  function paint() {
    for (const [name, every, select] of selects) {
      offerOptions(select, [...new Set([...all.map((r) => String(r[name] ?? "")), filters[name]])].filter(Boolean).sort(), every);
      select.querySelector("select").value = filters[name];
    }
    const fitting = all.filter((r) => fits(r, filters));
    setText(shown, `${count(fitting.length)} of the last ${plural(all.length, "request")}`);
    table.element.hidden = fitting.length === 0;
    fill(nothing, fitting.length ? null : all.length ? empty("No request fits", "Change the search or the filters.") : empty("No requests yet", "They appear here as they end."));
    table.setRows(fitting);
    paintHeld();
  }

  function paintHeld() {
    more.hidden = held.length === 0;
    setText(more, `Show ${plural(held.length, "new request")}`);
    pause.setAttribute("aria-pressed", String(paused));
    fill(pause, icon(paused ? "play" : "pause"), paused ? "Go on" : "Pause");
  }

  /** Rows that are being read stay where they are. */
  function reading() {
    return paused || table.element.getBoundingClientRect().top < -100 || document.querySelector("dialog[open]") !== null;
  }

  function release() {
    const seen = new Set(all.map((r) => r.seq));
    const fresh = held.filter((r) => !seen.has(r.seq));
    held = [];
    all = [...fresh, ...all].sort((a, b) => b.seq - a.seq).slice(0, KEPT);
    paint();
  }

  pause.addEventListener("click", () => {
    paused = !paused;
    paused ? paintHeld() : release();
  });
  more.addEventListener("click", () => {
    window.scrollTo(0, 0);
    release();
    table.table.focus({ preventScroll: true });
  });
  fill(ctx.tools, pause);
  fill(ctx.root, list);
  paintHeld();
  const load = loader(ctx, list, loadRequests, (found) => {
    all = found;
    held = [];
    gap = false;
    if (!bar.isConnected) {
      fill(list, bar, more, nothing, table.element);
    }
    paint();
  });
  ctx.on("requests", ({ requests }) => {
    const newest = held[0]?.seq ?? all[0]?.seq;
    gap ||= newest !== undefined && requests.length > 0 && requests.at(-1).seq > newest + 1;
    held = [...requests, ...held].slice(0, KEPT);
    bar.isConnected && (reading() ? paintHeld() : release());
  });
  // An event tells the newest of its second only; what it left out is asked for now and then.
  ctx.every(5, () => gap && !reading() && load());
}
