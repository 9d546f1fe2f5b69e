// Keys: all of them with state, countdown and room; what can be done to each is in its dialog too.

import { fill, h, setText } from "./dom.js";
import { ago, compact, count, countdown, fullTime, plural, tokens, words } from "./format.js";
import { openKey } from "./keydetail.js";
import { addKey, importKeys } from "./keyforms.js";
import { act, verifyMany } from "./keyactions.js";
import { applyKeys, loadKeys, matching } from "./keystore.js";
import { badge, filterSearch, filterSelect, meter, offerOptions, paintBadge, paintMeter, toolButton } from "./parts.js";
import { builtCell, Table, textCell } from "./table.js";
import { empty, loader } from "./view.js";

const STATES = [
  ["", "All states"], ["available", "Available"], ["cooling", "Cooling"], ["failing", "Failing"],
  ["invalid", "Invalid"], ["disabled", "Disabled"],
];

function columns(open, changed) {
  const action = (name, label, run) => (current) =>
    h("button", { type: "button", class: "small", data: { action: name }, on: { click: (event) => run(current(), event.currentTarget) } }, label);
  return [
    { id: "name", label: "Key", head: true, sort: (key) => key.name,
      cell: builtCell((current) => h("button", { type: "button", class: "link mono", data: { action: "open" }, on: { click: () => open(current().id) } }),
        (button, key) => setText(button, key.name)) },
    { id: "state", label: "State", sort: (key) => key.state,
      cell: builtCell(() => h("span", { class: "state-cell" }, badge(""), h("span", { class: "why" })), paintState) },
    { id: "until", label: "Back in", num: true, tick: true, sort: (key) => (key.until ? Date.parse(key.until) : undefined),
      cell: (td, key) => {
        setText(td, key.until ? countdown(key.until) : key.trial_due ? "trial due" : "–");
        td.title = key.until ? fullTime(key.until) : "";
      } },
    { id: "health", label: "Health", num: true, sort: (key) => key.health, cell: builtCell(() => meter("Health"), (bar, key) => paintMeter(bar, key.health)) },
    { id: "room", label: "Room left", num: true, sort: (key) => key.room, cell: builtCell(() => meter("Room left"), (bar, key) => paintMeter(bar, key.room)) },
    { id: "requests", label: "Requests", num: true, sort: (key) => key.usage?.requests ?? 0, cell: textCell((key) => count(key.usage?.requests ?? 0)) },
    { id: "tokens", label: "Tokens", num: true, sort: (key) => tokens(key.usage), cell: textCell((key) => compact(tokens(key.usage))) },
    { id: "used", label: "Last used", num: true, tick: true, sort: (key) => key.usage?.last_used_at ?? "",
      cell: textCell((key) => ago(key.usage?.last_used_at)) },
    { id: "actions", label: "Actions", hideLabel: true,
      cell: (td, key, current) => {
        if (!td.firstChild) {
          fill(td, h("span", { class: "row-actions" },
            action("verify", "Verify", (it, button) => act(it, "verify", changed, button))(current),
            action("disable", "Disable", (it, button) => act(it, it.state === "disabled" ? "enable" : "disable", changed, button))(current)));
        }
        paintToggle(td.firstChild.lastChild, key);
        td.firstChild.firstChild.setAttribute("aria-label", `Verify ${key.name}`);
      } },
  ];
}

function paintToggle(button, key) {
  const next = key.state === "disabled" ? "enable" : "disable";
  if (button.dataset.action !== next || !button.hasAttribute("aria-label")) {
    button.dataset.action = next;
    setText(button, next === "enable" ? "Enable" : "Disable");
    button.setAttribute("aria-label", `${button.textContent} ${key.name}`);
  }
}

function paintState(cell, key) {
  paintBadge(cell.firstChild, key.state);
  const why = [words(key.reason), key.model].filter(Boolean).join(" · ");
  setText(cell.lastChild, why);
  cell.title = [why, key.quota_id].filter(Boolean).join(" · ");
}

/** An address may name what is no state, or no longer one. */
function knownState(name) {
  return STATES.some(([state]) => state === name) ? name : "";
}

function orderOf(params) {
  const id = params.get("sort");
  return id ? { id, down: params.get("down") === "1" } : { id: "name", down: false };
}

export function keysView(ctx) {
  let keys = new Map();
  const filters = { q: ctx.params.get("q") ?? "", state: knownState(ctx.params.get("state")), group: ctx.params.get("group") ?? "" };
  let order = orderOf(ctx.params);
  const remember = () => ctx.keep({ ...filters, sort: order?.id, down: order?.down ? "1" : "" });
  const choose = (name) => (value) => {
    filters[name] = value;
    remember();
    paint();
  };
  // What is told while the keys are read may be newer than what was read; it is applied to both.
  let meanwhile = null;
  const changed = (event) => {
    meanwhile?.push(event);
    if (bar.isConnected) {
      applyKeys(keys, event);
      paint();
    }
  };
  const read = async (options) => {
    meanwhile = [];
    try {
      return await loadKeys(options);
    } catch (error) {
      meanwhile = null;
      throw error;
    }
  };
  const open = (id) => openKey(ctx, keys.get(id), changed);
  const table = new Table({ name: "keys", caption: "Keys", columns: columns(open, changed), key: (key) => key.id, sort: order, signal: ctx.signal,
    sorted: (next) => {
      order = next;
      remember();
    } });
  const groups = filterSelect("key-group", "Group", [["", "All groups"]], "", choose("group"));
  const shown = h("p", { id: "key-count", class: "filter-count num muted", role: "status" });
  const bar = h("div", { class: "filters" },
    filterSearch("key-search", "Search", "Name, project, reason, model", filters.q, choose("q")),
    filterSelect("key-state", "State", STATES, filters.state, choose("state")), groups, shown);
  const nothing = h("div");
  const list = h("div");
  fill(ctx.tools, tools(() => matching(keys, filters), changed, () => groupNames(keys)));

  function paint() {
    const fitting = matching(keys, filters);
    setText(shown, fitting.length === keys.size ? plural(keys.size, "key") : `${count(fitting.length)} of ${plural(keys.size, "key")}`);
    table.element.hidden = fitting.length === 0;
    fill(nothing, fitting.length > 0 ? null : keys.size === 0
      ? empty("No keys yet", "Add a key to serve requests.", h("button", { type: "button", class: "primary", data: { action: "add" }, on: { click: () => addKey(groupNames(keys), changed) } }, "Add a key"))
      : empty("No key fits", "Change the search or the filters."));
    table.setRows(fitting);
  }

  fill(ctx.root, list);
  loader(ctx, list, read, (found) => {
    keys = found;
    meanwhile?.forEach((event) => applyKeys(keys, event));
    meanwhile = null;
    if (!bar.isConnected) {
      fill(list, bar, nothing, table.element);
    }
    offerOptions(groups, groupNames(keys), "All groups");
    if (filters.group) {
      offerOptions(groups, [...new Set([...groupNames(keys), filters.group])], "All groups");
      groups.querySelector("select").value = filters.group;
    }
    paint();
    const wanted = ctx.params.get("id");
    if (wanted && keys.has(wanted)) {
      ctx.params.delete("id");
      open(wanted);
    }
  });
  ctx.on("keys", changed);
  ctx.tick(() => table.tick());
}

function groupNames(keys) {
  return [...new Set([...keys.values()].map((key) => key.group))].sort();
}

function tools(fitting, changed, groups) {
  return [
    toolButton("check", "Verify shown", "verify-shown", () => verifyMany(fitting(), changed)),
    toolButton("list", "Import", "import", () => importKeys(groups(), changed)),
    toolButton("plus", "Add a key", "add", () => addKey(groups(), changed)),
  ];
}

/** For views that only know a key's name. */
export function keyLink(name) {
  const id = name?.split("#")[1];
  return id ? h("a", { href: `#/keys?q=${encodeURIComponent(name)}`, class: "mono" }, name) : name;
}

