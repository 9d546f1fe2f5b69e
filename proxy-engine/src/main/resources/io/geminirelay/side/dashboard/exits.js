// Exits: the proxies on the way out, and the breakers of what lies behind them.

import { api } from "./api.js";
import { fill, h, setText } from "./dom.js";
import { ago, count, countdown, fullTime, words } from "./format.js";
import { badge, paintBadge, panel } from "./parts.js";
import { builtCell, Table, textCell } from "./table.js";
import { empty, loader } from "./view.js";

const stateColumn = { id: "state", label: "State", sort: (each) => each.state, cell: builtCell(() => badge(""), (element, each) => paintBadge(element, each.state)) };

function timeColumn(id, label) {
  return { id, label, num: true, tick: true, sort: (each) => (each[id] ? Date.parse(each[id]) : undefined), cell: (td, each) => {
    setText(td, id === "until" ? countdown(each[id]) : each[id] ? ago(each[id]) : "–");
    td.title = each[id] ? fullTime(each[id]) : "";
  } };
}

const EXITS = [
  { id: "exit", label: "Exit", head: true, sort: (each) => each.exit, cell: monoCell((each) => each.exit) },
  { id: "target", label: "Target", sort: (each) => each.target, cell: textCell((each) => each.target) },
  stateColumn,
  { id: "reason", label: "Why", cell: textCell((each) => words(each.reason) || "–") },
  timeColumn("since", "Since"),
  timeColumn("until", "Back in"),
  { id: "failures", label: "Failures", num: true, sort: (each) => each.failures, cell: textCell((each) => count(each.failures)) },
  { id: "keys", label: "Keys", num: true, sort: (each) => each.keys, cell: textCell((each) => count(each.keys)) },
];

const BREAKERS = [
  { id: "target", label: "Target", head: true, sort: (each) => each.target, cell: monoCell((each) => each.target) },
  { id: "model", label: "Model", sort: (each) => each.model ?? "", cell: textCell((each) => each.model ?? "all models") },
  stateColumn,
  timeColumn("until", "Tries again in"),
];

function monoCell(read) {
  return (td, row) => {
    setText(td, read(row));
    td.classList.add("mono");
  };
}

/** A target's own breaker and those of its models, as rows. */
function breakerRows(breakers) {
  return breakers.flatMap((each) => [each, ...(each.models ?? []).map((model) => ({ ...model, target: each.target }))]);
}

export function exitsView(ctx) {
  const list = h("div");
  const none = h("div");
  const noBreaker = h("div");
  const exits = new Table({ name: "exits", caption: "Exits", columns: EXITS, key: (each) => `${each.exit} ${each.target}`, signal: ctx.signal });
  const breakers = new Table({ name: "breakers", caption: "Breakers", columns: BREAKERS, key: (each) => `${each.target} ${each.model ?? ""}`, signal: ctx.signal });
  fill(ctx.root, list);
  const load = loader(ctx, list, api.exits, (found) => {
    if (!none.isConnected) {
      fill(list, panel("Ways out", null, none, exits.element), panel("Breakers", null, noBreaker, breakers.element));
    }
    const rows = breakerRows(found.breakers);
    exits.element.hidden = found.exits.length === 0;
    breakers.element.hidden = rows.length === 0;
    fill(none, found.exits.length ? null : empty("No exits in use", "Keys go straight to their target."));
    fill(noBreaker, rows.length ? null : empty("No breakers", "They appear with the first target."));
    exits.setRows(found.exits);
    breakers.setRows(rows);
  });
  ctx.every(2, load);
  ctx.tick(() => {
    exits.tick();
    breakers.tick();
  });
}
