// What can be done to a key, with the questions asked before and the messages after.

import { api } from "./api.js";
import { busy, confirmDialog, openDialog, toast } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { millis, plural, savedTo, words } from "./format.js";
import { badge } from "./parts.js";

const QUESTIONS = {
  disable: { title: "Disable this key?", action: "Disable", danger: true, text: "It gets no new requests until it is enabled again. Requests under way go on." },
  reset: { title: "Reset what is known of this key?", action: "Reset", text: "Rests, failures and the note that it is invalid are forgotten. If its quota is still used up, Google refuses the next request." },
  remove: { title: "Remove this key?", action: "Remove", danger: true, text: "It is taken out of the configuration. Requests under way go on. To serve with it again it has to be added anew." },
};

const DONE = { disable: "disabled", enable: "enabled", reset: "reset" };

/** Does it, after asking where it matters; changed is told {keys, removed} as events tell it. */
export async function act(key, action, changed, button) {
  const question = QUESTIONS[action];
  if (question && !(await confirmDialog({ ...question, text: [h("span", { class: "mono" }, key.name), question.text] }))) {
    return false;
  }
  busy(button, true);
  try {
    await run(key, action, changed);
    return true;
  } catch (error) {
    toast(`${key.name}: ${error.message}`, "bad");
    return false;
  } finally {
    busy(button, false);
  }
}

async function run(key, action, changed) {
  if (action === "verify") {
    tellVerified(await api.actOnKey(key.id, "verify"));
    changed({ keys: [await api.key(key.id)] });
  } else if (action === "remove") {
    const kept = await api.removeKey(key.id);
    changed({ removed: [key.id] });
    toast(`${key.name} removed. ${savedTo(kept)}`);
  } else {
    const answer = await api.actOnKey(key.id, action);
    changed({ keys: [answer.key] });
    toast(`${key.name} ${DONE[action]}. ${savedTo(answer)}`);
  }
}

function tellVerified(result) {
  const how = [words(result.reason), result.status ? `status ${result.status}` : "", result.detail].filter(Boolean).join(", ").replace(/\.$/, "");
  result.ok
    ? toast(`${result.name} works: Google answered in ${millis(result.ms)}.`)
    : toast(`${result.name} does not work: ${how}.`, "bad");
}

const MOST = 100;

/** Asks Google about the keys that are shown, at most a hundred at a time. */
export async function verifyMany(keys, changed) {
  const some = keys.slice(0, MOST);
  if (some.length === 0) {
    return;
  }
  const more = keys.length > MOST ? ` Of the ${keys.length} keys shown these are the first ${MOST}.` : "";
  const yes = await confirmDialog({
    title: `Verify ${plural(some.length, "key")}?`,
    text: `Google is asked for its list of models with each key. This uses no quota of a model.${more}`,
    action: "Verify",
  });
  if (!yes) {
    return;
  }
  const box = h("div", { role: "status" }, "Asking Google…");
  openDialog({ title: "Verified keys", id: "verify-dialog", wide: true, body: box });
  try {
    const { results } = await api.verifyKeys(some.map((key) => key.id));
    fill(box, verified(results));
    const fresh = await Promise.all(results.filter((each) => !each.ok).slice(0, 20).map((each) => api.key(each.id)));
    changed({ keys: fresh });
  } catch (error) {
    fill(box, h("p", { class: "form-error" }, error.message));
  }
}

function verified(results) {
  const good = results.filter((each) => each.ok).length;
  const rows = [...results].sort((a, b) => Number(a.ok) - Number(b.ok)).map((each) =>
    h("tr", { data: { id: each.id } },
      h("th", { scope: "row", class: "mono" }, each.name),
      h("td", {}, badge(each.ok ? "ok" : "failed")),
      h("td", {}, each.ok ? "" : [words(each.reason), each.detail].filter(Boolean).join(": ")),
      h("td", { class: "number" }, millis(each.ms))));
  return [
    h("p", {}, `${good} of ${plural(results.length, "key")} work.`),
    h("div", { class: "scroll-box", tabindex: "0", role: "region", "aria-label": "Results" },
      h("table", { class: "plain" },
        h("caption", { class: "visually-hidden" }, "Verified keys"),
        h("thead", {}, h("tr", {}, ["Key", "Result", "Why", "Took"].map((each) => h("th", { scope: "col" }, each)))),
        h("tbody", {}, rows))),
  ];
}
