// Models: what each was asked, how fast it answers, and how many keys are open for it.

import { api } from "./api.js";
import { fill, h, setText } from "./dom.js";
import { compact, count, countdown, fullTime, millis, tokens } from "./format.js";
import { badge, meter, paintBadge, paintMeter } from "./parts.js";
import { builtCell, Table, textCell } from "./table.js";
import { empty, loader } from "./view.js";

const COLUMNS = [
  { id: "model", label: "Model", head: true, sort: (m) => m.model, cell: (td, m) => { setText(td, m.model); td.classList.add("mono"); } },
  { id: "requests", label: "Requests", num: true, sort: (m) => m.requests ?? 0, cell: textCell((m) => count(m.requests ?? 0)) },
  { id: "refusals", label: "Refusals", num: true, sort: (m) => m.refusals ?? 0, cell: textCell((m) => count(m.refusals ?? 0)) },
  { id: "failures", label: "Failures", num: true, sort: (m) => m.failures ?? 0, cell: textCell((m) => count(m.failures ?? 0)) },
  { id: "attempts", label: "Attempts", num: true, sort: (m) => m.attempts ?? 0, cell: textCell((m) => count(m.attempts)) },
  { id: "tokens", label: "Tokens", num: true, sort: tokens, cell: (td, m) => {
    setText(td, compact(tokens(m)));
    td.title = `${count(m.prompt_tokens ?? 0)} in, ${count(m.output_tokens ?? 0)} out, ${count(m.thought_tokens ?? 0)} thoughts`;
  } },
  { id: "p50", label: "Answer", num: true, sort: (m) => m.p50_ms, cell: textCell((m) => millis(m.p50_ms)) },
  { id: "first", label: "First token", num: true, sort: (m) => m.first_byte_p50_ms, cell: textCell((m) => millis(m.first_byte_p50_ms)) },
  { id: "room", label: "Room left", num: true, sort: (m) => m.room, cell: builtCell(() => meter("Room left"), (bar, m) => paintMeter(bar, m.room)) },
  { id: "keys", label: "Keys open", num: true, sort: (m) => m.keys_open, cell: textCell((m) => `${count(m.keys_open)} of ${count((m.keys_open ?? 0) + (m.keys_cooling ?? 0))}`) },
  { id: "returns", label: "Next key in", num: true, tick: true, sort: (m) => (m.returns_at ? Date.parse(m.returns_at) : undefined), cell: (td, m) => {
    setText(td, countdown(m.returns_at));
    td.title = m.returns_at ? fullTime(m.returns_at) : "";
  } },
  { id: "breaker", label: "Breaker", sort: (m) => m.breaker ?? "", cell: (td, m) => {
    if (!m.breaker) {
      setText(td, "–");
    } else if (td.firstElementChild) {
      paintBadge(td.firstElementChild, m.breaker);
    } else {
      fill(td, badge(m.breaker));
    }
  } },
];

export function modelsView(ctx) {
  const list = h("div");
  const nothing = h("div");
  const table = new Table({ name: "models", caption: "Models", columns: COLUMNS, key: (m) => m.model, sort: { id: "requests", down: true }, signal: ctx.signal });
  fill(ctx.root, list);
  const load = loader(ctx, list, api.models, ({ models }) => {
    if (!nothing.isConnected) {
      fill(list, nothing, table.element);
    }
    table.element.hidden = models.length === 0;
    fill(nothing, models.length ? null : empty("No model asked for yet", "Models appear here with their first request."));
    table.setRows(models);
  });
  ctx.every(3, load);
  ctx.tick(() => table.tick());
}
