// Config: what is in effect, where changes go, changing one setting, and the levels of the logs.

import { api } from "./api.js";
import { busy, confirmDialog, field, markWrong, problemText, toast } from "./dialogs.js";
import { fill, h, icon, setText } from "./dom.js";
import { plural, savedTo } from "./format.js";
import { facts, panel, toolButton } from "./parts.js";
import { loader } from "./view.js";
import { paintLogs } from "./loglevels.js";
import { parseSettings, parseValue } from "./settings.js";

export function configView(ctx) {
  const list = h("div");
  const where = h("div");
  const yaml = h("pre", { id: "config-effective", tabindex: "0", role: "region", "aria-label": "Configuration in effect" });
  const changes = h("div");
  const logs = h("div");
  const form = changeForm(() => load());
  fill(ctx.root, list);
  const load = loader(ctx, list, api.config, (config) => {
    if (!yaml.isConnected) {
      fill(
        list,
        where,
        h("div", { class: "config-grid" }, panel("In effect", h("span", { class: "muted" }, "Secrets are masked"), yaml), h("div", {}, panel("Change a setting", null, form.element), panel("Log levels", null, logs), panel("Kept changes", null, changes))),
      );
      loader(ctx, logs, api.logs, (found) => paintLogs(logs, found));
    }
    setText(yaml, config.effective);
    form.offer(parseSettings(config.effective));
    paintWhere(where, config);
    paintChanges(changes, config.changes ?? []);
  });
  fill(ctx.tools, toolButton("refresh", "Reload the file", "reload", (event) => reload(event.currentTarget, load)));
  ctx.tools.firstChild.id = "config-reload";
  ctx.on("config", load);
}

function paintWhere(box, config) {
  const places = { file: "the file", store: "the gateway's store, since the file cannot be written", memory: "memory only: they are gone when the gateway stops" };
  fill(
    box,
    config.restart_needed?.length
      ? h("div", { class: "notice", role: "status" }, icon("warn"), h("span", {}, "Takes effect with the next start: ", config.restart_needed.map((each, i) => [i ? ", " : "", h("code", {}, each)])))
      : null,
    facts([["File", config.file ? h("code", {}, config.file) : "none"], ["Changes go to", places[config.saves_to] ?? config.saves_to]]),
  );
}

function paintChanges(box, changes) {
  fill(
    box,
    changes.length
      ? h("ul", { class: "changes" }, changes.map((each) => h("li", {}, h("pre", {}, each))))
      : h("p", { class: "muted" }, "The store holds no changes beside the file."),
  );
}

/** Picks a setting by its path, shows what it is, and sends another value or takes it out. */
function changeForm(load) {
  let settings = new Map();
  const paths = h("datalist", { id: "config-paths" });
  const path = field({ name: "path", label: "Setting", required: true, list: "config-paths", placeholder: "server.drain_timeout_secs", hint: "Names with dots between them." });
  const value = field({ name: "value", label: "Value", required: true, hint: "A number, true or false, a text, or a list such as [\"a\", \"b\"]." });
  const pathInput = path.querySelector("input");
  const valueInput = value.querySelector("input");
  pathInput.id = "config-path";
  path.querySelector("label").htmlFor = "config-path";
  valueInput.id = "config-value";
  value.querySelector("label").htmlFor = "config-value";
  const present = h("p", { id: "config-present", class: "muted", role: "status" });
  value.append(present);
  const told = h("div", { class: "form-error", role: "alert" });
  const set = h("button", { type: "submit", class: "primary" }, "Change");
  const unset = h("button", { type: "button", data: { action: "unset" } }, "Back to the default");
  const element = h("form", { id: "config-form", autocomplete: "off" }, paths, path, value, told, h("div", { class: "form-actions" }, unset, set));
  // Beside the field, never in it: what is being typed there would be added to it.
  const paintPresent = () => {
    const now = settings.get(pathInput.value.trim());
    fill(present, now === undefined ? null : ["Now: ", h("code", {}, now)]);
  };
  pathInput.addEventListener("input", paintPresent);
  const mark = (input) => [pathInput, valueInput].forEach((each) => markWrong(each, each === input));
  const send = async (body, button, wrong) => {
    fill(told);
    mark(null);
    busy(button, true);
    try {
      tellChanged(await api.changeConfig(body));
      valueInput.value = "";
      load();
    } catch (error) {
      fill(told, problemText(error));
      mark(wrong());
      wrong().focus();
    } finally {
      busy(button, false);
    }
  };
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ set: { [pathInput.value.trim()]: parseValue(valueInput.value) } }, set, () => (settings.has(pathInput.value.trim()) ? valueInput : pathInput));
  });
  unset.addEventListener("click", () => pathInput.reportValidity() && send({ unset: [pathInput.value.trim()] }, unset, () => pathInput));
  return {
    element,
    offer(found) {
      settings = found;
      paintPresent();
      fill(paths, [...found.keys()].map((each) => h("option", { value: each })));
    },
  };
}

function tellChanged(answer) {
  const restart = answer.restart_needed?.length ? ` ${answer.restart_needed.join(", ")}: with the next start.` : "";
  toast(`Configuration in effect. ${savedTo(answer)}${restart}`);
}

async function reload(button, load) {
  const yes = await confirmDialog({
    title: "Reload the configuration?",
    text: "The file is read and checked. If it is sound it takes effect for new requests; if not, nothing changes.",
    action: "Reload",
  });
  if (!yes) {
    return;
  }
  busy(button, true);
  try {
    tellChanged(await api.reload());
    load();
  } catch (error) {
    const first = error.problems?.[0];
    const more = error.problems?.length ? ` ${plural(error.problems.length, "problem")}; first: ${first.path ?? ""} ${first.line ? `line ${first.line}` : ""}` : "";
    toast(`Not reloaded: ${error.message}${more}`, "bad");
  } finally {
    busy(button, false);
  }
}
