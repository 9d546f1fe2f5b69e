// What every view has: its heading, its life, and the loading, empty and failed states.

import { ApiError } from "./api.js";
import { byId, fill, h, icon, setText } from "./dom.js";
import { shortClock } from "./format.js";
import * as live from "./live.js";

/**
 * Puts a view in place; answers with the function that takes it away. The view's mount gets a
 * context: root (where it draws), tools (beside the heading), signal (aborted when it is left),
 * on(event, listener), every(seconds, run) for what asks the gateway, tick(run) for what only the time
 * changes, stale(source, note), params, and keep(params) which writes them to the address.
 */
export function openView(name, view, params) {
  const gone = new AbortController();
  const main = byId("main");
  const tools = h("div", { class: "view-tools" });
  const root = h("div", { class: `view view-${name}` });
  main.dataset.view = name;
  delete main.dataset.ready;
  const notes = staleNotes();
  fill(main, h("div", { class: "view-head" }, h("h1", { id: "view-title", tabindex: "-1" }, view.title), tools), notes.element, root);
  view.mount({
    root,
    tools,
    params,
    signal: gone.signal,
    on: (type, listener) => live.on(type, listener, gone.signal),
    every: (seconds, run) => every(seconds, run, gone.signal),
    tick: (run) => onTick(run, gone.signal),
    stale: notes.set,
    keep: (changed) => keep(name, changed),
  });
  return () => gone.abort();
}

/** Asks the gateway now and then: not for a page that nobody sees, nor while it does not answer. */
export function every(seconds, run, signal) {
  repeat(seconds, () => live.liveState().state === "lost" || run(), signal);
}

/** Once a second, for what changes with the time alone. */
export function onTick(run, signal) {
  repeat(1, run, signal);
}

function repeat(seconds, run, signal) {
  const timer = setInterval(() => document.hidden || run(), seconds * 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** A quiet line on top of the view for as long as any of its sources cannot be read anew. */
function staleNotes() {
  const element = h("p", { class: "stale", role: "status" });
  const notes = new Map();
  return {
    element,
    set: (source, note) => {
      note ? notes.set(source, note) : notes.delete(source);
      setText(element, [...new Set(notes.values())].join(" "));
    },
  };
}

/** Written without a new entry in the history, so that "back" leaves the view. */
function keep(name, changed) {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(changed)) {
    if (value) {
      params.set(key, value);
    }
  }
  const query = params.toString();
  history.replaceState(null, "", `#/${name}${query ? `?${query}` : ""}`);
}

/**
 * Loads data and shows it, again with each call of the function it answers with. The first load shows
 * that it waits, a failed first one shows why; later failures leave on the page what is there and
 * say since when it has not changed.
 */
export function loader(ctx, target, fetch, render) {
  let loaded = false;
  let running = false;
  let again = false;
  let updated = null;
  const run = async () => {
    if (ctx.signal.aborted) {
      return;
    }
    if (running) {
      // What is under way may have been read before the change that this call is for.
      again = true;
      return;
    }
    running = true;
    again = false;
    if (!loaded) {
      fill(target, loading());
      target.setAttribute("aria-busy", "true");
    }
    try {
      const data = await fetch({ signal: ctx.signal });
      if (ctx.signal.aborted) {
        return;
      }
      if (!loaded) {
        fill(target);
      }
      target.removeAttribute("aria-busy");
      render(data);
      loaded = true;
      updated = Date.now();
      ctx.stale(run, null);
      byId("main").dataset.ready = "true";
    } catch (error) {
      if (ctx.signal.aborted) {
        return;
      }
      if (!(error instanceof ApiError)) {
        console.error(error);
      }
      if (loaded) {
        ctx.stale(run, `Not updated since ${shortClock(updated)}: ${error.message}`);
      } else if (target.isConnected) {
        target.removeAttribute("aria-busy");
        fill(target, failed(error, run));
      } else {
        ctx.stale(run, error.message);
      }
    } finally {
      running = false;
      if (again) {
        run();
      }
    }
  };
  run();
  ctx.on("recovered", run);
  return run;
}

export function loading() {
  const bars = [1, 2, 3, 4, 5].map(() => h("span", { class: "skeleton" }));
  return h("div", { class: "loading", role: "status" }, h("span", { class: "visually-hidden" }, "Loading"), bars);
}

export function failed(error, retry) {
  return h(
    "div",
    { class: "state-box bad", role: "alert", data: { box: "error" } },
    icon("warn"),
    h("p", { class: "state-title" }, "This could not be loaded"),
    h("p", {}, error.message),
    h("button", { type: "button", data: { action: "retry" }, on: { click: retry } }, "Try again"),
  );
}

export function empty(title, text, action) {
  return h(
    "div",
    { class: "state-box", data: { box: "empty" } },
    icon("empty"),
    h("p", { class: "state-title" }, title),
    text ? h("p", {}, text) : null,
    action,
  );
}
