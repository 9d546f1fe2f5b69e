// Dialogs, forms in them, and short messages. Focus returns to where it was when one closes.

import { byId, fill, freshId, h, icon } from "./dom.js";

const MESSAGE_MS = 6000;
const MOST_MESSAGES = 3;

/** Opens a dialog; answers with its element and a function that closes it. */
export function openDialog({ title, body, footer, wide, id, onClose }) {
  const opener = document.activeElement;
  const heading = h("h2", { id: freshId("dialog-title"), tabindex: "-1" }, title);
  const shut = h(
    "button",
    { type: "button", class: "quiet only-icon", "aria-label": "Close", data: { action: "close" } },
    icon("close"),
  );
  const content = h("div", { class: "dialog-body" }, body);
  const dialog = h(
    "dialog",
    { class: wide ? "wide" : null, id, "aria-labelledby": heading.id },
    h("article", {}, h("header", {}, heading, shut), content, footer ? h("footer", {}, footer) : null),
  );
  shut.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    bringMessages([...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body);
    dialog.remove();
    onClose?.(dialog.returnValue);
    const target = opener?.isConnected && opener !== document.body ? opener : byId("view-title");
    target?.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
  bringMessages(dialog);
  (dialog.querySelector("[autofocus]") ?? heading).focus();
  return { dialog, content, heading, close: (value) => dialog.close(value) };
}

/** What lies outside the topmost dialog can be neither clicked nor heard: messages go into it. */
function bringMessages(place) {
  place.append(byId("messages"));
}

/** Asks; resolves to whether the answer was yes. */
export function confirmDialog({ title, text, action, danger }) {
  return new Promise((resolve) => {
    const yes = h(
      "button",
      { type: "button", class: danger ? "danger" : "primary", data: { action: "confirm" } },
      action,
    );
    const no = h("button", { type: "button", autofocus: true, data: { action: "cancel" } }, "Cancel");
    const paragraphs = [text].flat().map((each) => h("p", {}, each));
    const { close } = openDialog({
      title,
      id: "confirm-dialog",
      body: paragraphs,
      footer: [no, yes],
      onClose: (value) => resolve(value === "yes"),
    });
    yes.addEventListener("click", () => close("yes"));
    no.addEventListener("click", () => close(""));
  });
}

/** A labelled input, select or textarea: {name, label, type, value, required, hint, options}. */
export function field(spec) {
  const id = freshId(`field-${spec.name}`);
  const hintId = `${id}-hint`;
  const common = {
    id,
    name: spec.name,
    required: spec.required,
    autofocus: spec.autofocus,
    placeholder: spec.placeholder,
    autocomplete: spec.autocomplete ?? "off",
    spellcheck: "false",
    "aria-describedby": spec.hint ? hintId : null,
  };
  let input;
  if (spec.type === "select") {
    input = h("select", common, spec.options.map(([value, label]) => h("option", { value }, label)));
  } else if (spec.type === "textarea") {
    input = h("textarea", { ...common, rows: spec.rows ?? 8 });
  } else {
    const extra = { type: spec.type ?? "text", min: spec.min, step: spec.step, list: spec.list };
    input = h("input", { ...common, ...extra });
  }
  if (spec.value !== undefined) {
    input.value = spec.value;
  }
  const label = h("label", { for: id }, spec.label, spec.required ? null : h("span", { class: "muted" }, " (optional)"));
  return h("div", { class: "field" }, label, input, spec.hint ? h("small", { id: hintId }, spec.hint) : null);
}

/** A form in a dialog; submit gets the values and may throw what is then shown above the buttons. */
export function formDialog({ title, id, intro, fields, action, submit }) {
  const problem = h("div", { class: "form-error", role: "alert" });
  const send = h("button", { type: "submit", class: "primary" }, action);
  const cancel = h("button", { type: "button", data: { action: "cancel" } }, "Cancel");
  const form = h(
    "form",
    { autocomplete: "off" },
    intro ? h("p", {}, intro) : null,
    fields.map(field),
    problem,
    h("div", { class: "form-actions" }, cancel, send),
  );
  const opened = openDialog({ title, id, body: form });
  form.querySelector("input, select, textarea")?.focus();
  cancel.addEventListener("click", () => opened.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fill(problem);
    [...form.elements].forEach((each) => markWrong(each, false));
    busy(send, true);
    try {
      await submit(Object.fromEntries(new FormData(form)), opened);
    } catch (error) {
      fill(problem, problemText(error));
      showWrong(form, error);
    } finally {
      busy(send, false);
    }
  });
  return opened;
}

/** Puts the focus on the first field that the failure names, if it names one. */
function showWrong(form, error) {
  const named = (error.problems ?? []).map((problem) => (problem.path ?? "").split(".").at(-1));
  const inputs = [...form.querySelectorAll("input, select, textarea")];
  const wrong =
    inputs.find((each) => named.includes(each.name)) ??
    inputs.find((each) => new RegExp(`\\b${each.name}\\b`).test(error.message)) ??
    inputs.find((each) => each.type === "text" && each.value && error.message.includes(each.value));
  if (wrong) {
    markWrong(wrong, true);
    wrong.focus();
  }
}

/** Says of a field, to the eye and to who listens, whether it was refused. */
export function markWrong(input, wrong) {
  wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
}

/** The message of a failure with the places in the configuration that it names. */
export function problemText(error) {
  const places = (error.problems ?? []).map((problem) =>
    h(
      "li",
      {},
      h("code", {}, problem.path ?? ""),
      problem.line ? ` (line ${problem.line})` : "",
      problem.found ? [": found ", h("code", {}, problem.found)] : "",
      problem.expected ? `, expected ${problem.expected}` : "",
      problem.nearest ? ["; did you mean ", h("code", {}, problem.nearest), "?"] : "",
    ),
  );
  return [h("p", {}, error.message), places.length ? h("ul", {}, places) : null];
}

/** While a call runs its button does not fire again. It is not disabled: that would lose the focus. */
export function busy(button, on) {
  button.setAttribute("aria-disabled", String(on));
  button.setAttribute("aria-busy", String(on));
}

// Before any listener of the button's own; Enter in a form comes here as a click on its button too.
document.addEventListener(
  "click",
  (event) => {
    if (event.target.closest?.('button[aria-disabled="true"]')) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  },
  true,
);

let messages = [];

/** Shows a message for a while, with the two before it; kinds are ok and bad. */
export function toast(text, kind = "ok") {
  const close = h(
    "button",
    { type: "button", class: "quiet only-icon", "aria-label": "Dismiss" },
    icon("close"),
  );
  const note = h(
    "div",
    { class: `toast ${kind}`, data: { kind } },
    icon(kind === "ok" ? "check" : "warn"),
    h("span", {}, text),
    close,
  );
  const timer = setTimeout(() => note.remove(), kind === "ok" ? MESSAGE_MS : 2 * MESSAGE_MS);
  close.addEventListener("click", () => {
    clearTimeout(timer);
    note.remove();
  });
  byId(kind === "ok" ? "toasts" : "alerts").append(note);
  messages = [...messages.filter((each) => each.isConnected), note];
  messages.slice(0, -MOST_MESSAGES).forEach((oldest) => oldest.remove());
}

/** Copies where the browser lets us; a page that is not secure has only the older way. */
export async function copyText(text, input) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    input.select();
    return document.execCommand("copy");
  }
}
