// One request's "why": sentences, and its attempts as a line of time that can be read as a list.

import { api } from "./api.js";
import { openDialog } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { count, fullTime, known, millis, plural, words } from "./format.js";
import { badge, facts } from "./parts.js";

export async function openRequest(ctx, request) {
  const box = h("div", { class: "trail-box" }, h("p", { class: "muted", role: "status" }, "Loading its attempts…"));
  const gone = new AbortController();
  const opened = openDialog({
    title: `Request ${request.id}`,
    id: "request-dialog",
    wide: true,
    body: [h("div", { class: "detail-head" }, badge(request.outcome)), box],
    onClose: () => gone.abort(),
  });
  ctx.signal.addEventListener("abort", () => opened.close(), { signal: gone.signal });
  try {
    const found = await api.request(request.id, { signal: gone.signal });
    fill(box, story(found), trail(found), h("h3", {}, "Facts"), requestFacts(found));
  } catch (error) {
    if (!gone.signal.aborted) {
      const text = error.status === 404 ? "The gateway keeps the last 1,000 requests; this one is no longer among them." : error.message;
      fill(box, story(request), h("p", { class: "form-error" }, text), requestFacts(request));
    }
  }
}

function story(request) {
  const sentences = request.why ?? [];
  return [
    h("h3", {}, "Why"),
    sentences.length
      ? h("ul", { class: "why-list", data: { part: "why" } }, sentences.map((each) => h("li", {}, each)))
      : h("p", { data: { part: "why" } }, request.attempts > 1 ? "It took more than one attempt; see below." : "Nothing held it up."),
  ];
}

function trail(request) {
  const steps = request.trail ?? [];
  if (steps.length === 0) {
    return [h("h3", {}, "Attempts"), h("p", { class: "muted" }, "None: it did not go upstream.")];
  }
  const whole = Math.max(request.ms ?? 0, ...steps.map((step) => (step.at_ms ?? 0) + (step.ms ?? 0)), 1);
  return [
    h("h3", {}, "Attempts"),
    h("ol", { class: "trail", data: { part: "trail" } }, steps.map((step) => attempt(step, whole, request))),
    request.skipped ? h("p", { class: "muted" }, `${plural(request.skipped, "attempt")} between these are not kept.`) : null,
    request.over ? h("p", {}, `No other attempt followed: ${words(request.over)}.`) : null,
  ];
}

/** The bar is a picture of the numbers in the text beneath it. */
function attempt(step, whole, request) {
  const at = step.at_ms ?? 0;
  const wait = step.wait_ms ?? 0;
  const good = step.outcome === "ok";
  const waited = h("span", { class: "bar wait" });
  place(waited, Math.max(0, at - wait), wait, whole);
  const ran = h("span", { class: "bar run", data: { tone: good ? "good" : step.outcome === "open" || step.outcome === "abandoned" ? "off" : "bad" } });
  place(ran, at, step.ms ?? 0, whole);
  const rest = h("span", { class: "bar stream" });
  const from = at + (step.ms ?? 0);
  place(rest, from, good ? Math.max(0, (request.ms ?? from) - from) : 0, whole);
  return h(
    "li",
    { data: { outcome: step.outcome } },
    h("div", { class: "track", "aria-hidden": "true" }, waited, ran, rest),
    h(
      "p",
      { class: "step num" },
      h("span", { class: "mono" }, step.key),
      step.exit && step.exit !== "direct" ? [" through ", h("span", { class: "mono" }, step.exit)] : null,
      ": ",
      wait > 0 ? `waited ${millis(wait)}, ` : null,
      `began at ${millis(at)}, `,
      h("strong", {}, words(step.outcome)),
      step.status ? ` (${step.status})` : null,
      ` after ${millis(step.ms ?? 0)}`,
    ),
    step.quota_id ? h("p", { class: "step muted mono" }, step.quota_id) : null,
  );
}

/** The two times are cut to milliseconds apart from each other; the whole is never the shorter. */
export function took(request) {
  return known(request.ms) ? Math.max(request.ms, request.waited_ms ?? 0) : undefined;
}

function place(bar, from, length, whole) {
  bar.style.left = `${(from / whole) * 100}%`;
  bar.style.width = `${(length / whole) * 100}%`;
  bar.hidden = length <= 0;
}

function requestFacts(r) {
  const some = (value, text) => (known(value) ? text(value) : "");
  return facts([
    ["Ended", fullTime(r.at)],
    ["Client", r.client || "none"],
    ["Route", words(r.route)],
    ["Model", r.model],
    ["Group", r.group],
    ["Key", r.key ? h("a", { href: `#/keys?q=${encodeURIComponent(r.key)}`, class: "mono" }, r.key) : ""],
    ["Status", String(r.status || "no answer")],
    ["Fault", words(r.fault)],
    ["Took", millis(took(r))],
    ["First token", some(r.first_byte_ms, millis)],
    ["Waited", some(r.waited_ms, millis)],
    ["Prompt tokens", some(r.prompt_tokens, count) + (r.cached_tokens ? ` (${count(r.cached_tokens)} cached)` : "")],
    ["Output tokens", some(r.output_tokens, count)],
    ["Thought tokens", some(r.thought_tokens, count)],
  ]);
}
