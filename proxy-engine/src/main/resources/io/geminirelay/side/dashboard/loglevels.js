// Log levels: the loggers that matter or have a level of their own, and a choice of any other.

import { api } from "./api.js";
import { toast } from "./dialogs.js";
import { fill, freshId, h } from "./dom.js";

const LEVELS = ["OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"];
const MAIN = ["root", "access", "io.geminirelay", "io.netty"];
const WITH_DEFAULT = ["root", "io.netty"];

export function paintLogs(box, found) {
  const own = new Set(found.own);
  const others = Object.keys(found.levels).filter((each) => !MAIN.includes(each)).sort();
  const shown = [...MAIN, ...others.filter((each) => own.has(each))];
  const body = h("tbody", {}, shown.map((each) => row(box, each, found)));
  fill(
    box,
    h("table", { class: "plain logs", data: { table: "logs" } },
      h("caption", { class: "visually-hidden" }, "Log levels"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Logger"), h("th", { scope: "col" }, "Level"))),
      body),
    picker(others.filter((each) => !own.has(each)), (logger) => {
      const added = row(box, logger, found);
      body.append(added);
      added.querySelector("select").focus();
    }),
    h("p", { class: "muted" }, "Levels set here last until the next start."),
  );
}

function picker(loggers, picked) {
  const id = freshId("logger");
  const select = h("select", { id, data: { role: "other-logger" } }, h("option", { value: "" }, "Choose one"), loggers.map((each) => h("option", { value: each }, each)));
  select.addEventListener("change", () => {
    if (select.value) {
      picked(select.value);
      select.selectedOptions[0].remove();
      select.value = "";
    }
  });
  return h("div", { class: "field" }, h("label", { for: id }, "Another logger"), select);
}

function row(box, logger, found) {
  const level = found.levels[logger];
  const back = WITH_DEFAULT.includes(logger) ? "Back to the default" : `As its parent${found.own.includes(logger) ? "" : ` (${level})`}`;
  const select = h("select", { "aria-label": `Level of ${logger}`, data: { logger } }, h("option", { value: "" }, back), LEVELS.map((each) => h("option", { value: each }, each)));
  const shown = found.own.includes(logger) ? level : "";
  select.value = shown;
  select.addEventListener("change", async () => {
    try {
      const now = await api.setLog(logger, select.value || null);
      paintLogs(box, now);
      box.querySelector(`select[data-logger="${CSS.escape(logger)}"]`)?.focus();
      toast(`${logger} logs at ${now.levels[logger]}.`);
    } catch (error) {
      select.value = shown;
      toast(`${logger}: ${error.message}`, "bad");
    }
  });
  return h("tr", { data: { id: logger } }, h("th", { scope: "row", class: "mono" }, logger), h("td", {}, select));
}
