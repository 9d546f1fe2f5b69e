// One key in full: what holds it, its limits model by model, and everything that can be done to it.

import { api } from "./api.js";
import { openDialog } from "./dialogs.js";
import { fill, h, setText } from "./dom.js";
import { ago, compact, count, countdown, fullTime, known, percent, words } from "./format.js";
import { act } from "./keyactions.js";
import { badge, facts, meter, paintBadge, paintMeter } from "./parts.js";
import { every, onTick } from "./view.js";

/** Opens the dialog; it follows the key's events until it is closed. */
export function openKey(ctx, key, changed) {
  const state = badge(key.state);
  const about = h("div");
  const models = h("div", { class: "detail-models" }, h("p", { class: "muted", role: "status" }, "Loading its limits…"));
  const buttons = h("div", { class: "row-actions" });
  const gone = new AbortController();
  let current = key;
  const opened = openDialog({
    title: key.name,
    id: "key-dialog",
    wide: true,
    body: [h("div", { class: "detail-head" }, state, buttons), about, h("h3", {}, "Limits by model"), models],
    onClose: () => gone.abort(),
  });
  opened.heading.classList.add("mono");

  const paint = () => {
    paintBadge(state, current.state);
    fill(about, keyFacts(current));
    paintButtons();
  };
  const load = async () => {
    try {
      current = await api.key(key.id, { signal: gone.signal });
      paint();
      paintModels(models, current);
    } catch (error) {
      if (!gone.signal.aborted && !models.querySelector("table")) {
        fill(models, h("p", { class: "form-error" }, error.message));
      }
    }
  };
  const run = async (action, button) => {
    const done = await act(current, action, changed, button);
    if (done && action === "remove") {
      opened.close();
    } else if (done) {
      load();
    }
  };
  const make = (action, label) => h("button", { type: "button", class: action === "remove" ? "danger" : null, data: { action }, on: { click: (event) => run(action, event.currentTarget) } }, label);
  const toggle = make("disable", "Disable");
  const enable = make("enable", "Enable");
  fill(buttons, make("verify", "Verify"), toggle, enable, make("reset", "Reset"), make("remove", "Remove"));
  const paintButtons = () => {
    const focused = document.activeElement;
    toggle.hidden = current.state === "disabled";
    enable.hidden = !toggle.hidden;
    if (focused?.hidden) {
      (toggle.hidden ? enable : toggle).focus();
    }
  };

  paint();
  load();
  every(3, load, gone.signal);
  onTick(() => tick(opened.content), gone.signal);
  // Listened to no longer than the dialog is there: views stay open for days.
  ctx.signal.addEventListener("abort", () => opened.close(), { signal: gone.signal });
}

function tick(content) {
  for (const element of content.querySelectorAll("[data-until]")) {
    setText(element, countdown(element.dataset.until));
  }
}

function running(until) {
  return until ? h("span", { class: "num", title: fullTime(until), data: { until } }, countdown(until)) : null;
}

function keyFacts(key) {
  const usage = key.usage ?? {};
  return facts([
    ["Why", [words(key.reason), key.model].filter(Boolean).join(" · ")],
    ["Back in", running(key.until)],
    ["Trial", key.trial_due ? "due with the next request" : ""],
    ["Quota", key.quota_id],
    ["Group", key.group],
    ["Project", key.project ?? (key.learned_project ? `${key.learned_project} (learned)` : "")],
    ["Weight", String(key.weight)],
    ["Health", percent(key.health)],
    ["Comes from", { file: "the configuration file", environment: "the environment", store: "the gateway's store" }[key.source] ?? key.source],
    ["Requests", `${count(usage.requests ?? 0)}: ${count(usage.served ?? 0)} served, ${count(usage.refusals ?? 0)} refused, ${count(usage.failures ?? 0)} failed`],
    ["Tokens", `${compact(usage.prompt_tokens ?? 0)} in (${compact(usage.cached_tokens ?? 0)} cached), ${compact(usage.output_tokens ?? 0)} out, ${compact(usage.thought_tokens ?? 0)} thoughts`],
    ["Last used", ago(usage.last_used_at)],
  ]);
}

function paintModels(box, { models = [], usage }) {
  if (models.length === 0) {
    const used = usage?.requests > 0;
    fill(box, h("p", { class: "muted" }, used ? "No limit of this key is known." : "No request has gone out with this key yet, and no limit is known."));
    return;
  }
  const heads = ["Model", "Rest", "Room left", "Requests a minute", "Tokens a minute", "Requests a day"];
  fill(box, h("div", { class: "scroll-box", tabindex: "0", role: "region", "aria-label": "Limits by model" },
    h("table", { class: "plain" },
      h("caption", { class: "visually-hidden" }, "Limits by model"),
      h("thead", {}, h("tr", {}, heads.map((each, i) => h("th", { scope: "col", class: i > 2 ? "number" : null }, each)))),
      h("tbody", {}, models.map(modelRow)))));
}

function modelRow(model) {
  const room = meter("Room left");
  paintMeter(room, model.room);
  const rest = model.rest;
  return h("tr", {},
    h("th", { scope: "row", class: "mono" }, model.model),
    h("td", {}, rest ? [words(rest.reason), " ", running(rest.until)] : "–"),
    h("td", {}, room),
    [model.requests_per_minute, model.tokens_per_minute, model.requests_per_day].map((window) => h("td", { class: "number" }, used(window))));
}

/** Used of the limit, and where the limit is known from. */
function used(window) {
  if (!window) {
    return "–";
  }
  const number = compact(window.used);
  if (!known(window.limit)) {
    return `${number} of ?`;
  }
  return [`${number} of ${compact(window.limit)}`, window.limit_from ? h("small", { class: "muted" }, ` ${words(window.limit_from)}`) : null];
}
