// Small things that several views show: states, shares, tools of tables.

import { freshId, h, icon, setText } from "./dom.js";
import { known, percent, words } from "./format.js";

/** Which look a state has; its name is always beside the shape. */
const TONES = {
  available: "good", cooling: "warn", failing: "serious", invalid: "bad", disabled: "off",
  served: "good", local: "off", refused: "warn", broken: "bad", abandoned: "off", failed: "bad",
  admitting: "good", refusing: "bad", probing: "warn", open: "good", trial: "warn", ok: "good",
};

export function tone(state) {
  return TONES[state] ?? "off";
}

export function badge(state) {
  return paintBadge(h("span", { class: "badge" }, h("span", { class: "shape", "aria-hidden": "true" }), h("span")), state);
}

export function paintBadge(element, state) {
  if (element.dataset.state !== state) {
    element.dataset.state = state;
    element.dataset.tone = tone(state);
    setText(element.lastChild, words(state));
  }
  return element;
}

/** A share of one as a bar with its number. */
export function meter(label) {
  const bar = h("span", { class: "meter-fill" });
  const number = h("span", { class: "num" });
  return h("span", { class: "meter", "aria-label": label }, h("span", { class: "meter-track", "aria-hidden": "true" }, bar), number);
}

export function paintMeter(element, share) {
  const bar = element.firstChild.firstChild;
  const shown = known(share) ? Math.max(0, Math.min(1, share)) : 0;
  bar.style.width = `${Math.round(shown * 100)}%`;
  element.dataset.level = !known(share) ? "none" : share < 0.15 ? "low" : share < 0.5 ? "middle" : "high";
  setText(element.lastChild, percent(share));
}

export function toolButton(name, text, action, listener) {
  return h("button", { type: "button", data: { action }, on: { click: listener } }, icon(name), text);
}

/** A labelled filter; calls back with each change. */
export function filterSelect(id, label, options, value, changed) {
  const select = h("select", { id }, options.map(([each, text]) => h("option", { value: each }, text)));
  select.value = value;
  select.addEventListener("change", () => changed(select.value));
  return h("div", { class: "filter" }, h("label", { for: id }, label), select);
}

export function filterSearch(id, label, placeholder, value, changed) {
  const input = h("input", { id, type: "search", placeholder, autocomplete: "off", spellcheck: "false" });
  input.value = value;
  let timer = null;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => changed(input.value.trim()), 120);
  });
  return h("div", { class: "filter filter-search" }, h("label", { for: id }, label), input);
}

/** Offers the values that the data has, beside "all"; keeps what is chosen. */
export function offerOptions(filter, values, all) {
  const select = filter.querySelector("select");
  const chosen = select.value;
  const wanted = [["", all], ...values.map((each) => [each, each])];
  if (chosen && !values.includes(chosen)) {
    wanted.push([chosen, chosen]);
  }
  if (wanted.length === select.options.length && wanted.every(([value], i) => select.options[i].value === value)) {
    return;
  }
  select.replaceChildren(...wanted.map(([value, text]) => h("option", { value }, text)));
  select.value = chosen;
}

/** A headed part of a view. */
export function panel(title, tools, ...children) {
  const heading = h("h2", { id: freshId("panel") }, title);
  return h(
    "section",
    { class: "panel", "aria-labelledby": heading.id },
    h("div", { class: "panel-head" }, heading, tools ? h("div", { class: "panel-tools" }, tools) : null),
    children,
  );
}

/** Names with their values, as a description list. */
export function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.filter(([, value]) => known(value) && value !== "").map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}
