// Start of the page: session, shell, and the view that the address names (#/keys?state=cooling).
//
// What tests and scripts may hold on to:
//   #login #login-form #login-token #login-error #login-submit   the login page
//   #shell #nav a[data-view] #logout #theme-switch               the frame of every view
//   #live-state[data-state=connecting|up|lost|crowded|resting]   how the page is fed
//   #lost #retry-now #main .stale                                what is said when it is not
//   #main[data-view][data-ready] #view-title                     the view; ready once data is shown
//   #toasts .toast[data-kind] #alerts .toast[data-kind]          messages
//   table[data-table=keys|models|clients|requests|exits|breakers|logs] tr[data-id]
//   td[data-column]                                              a cell, in every table
//   .badge[data-state]                                           a state
//   button[data-action=...]                                      verify, disable, enable, reset, remove,
//                                                                open, add, import, verify-shown, confirm, cancel, close
//   #key-dialog #request-dialog #confirm-dialog #add-key-dialog #import-dialog #verify-dialog
//   #add-client-dialog #token-dialog #new-token                  dialogs
//   [data-tile] [data-chart] canvas, [data-chart] table          overview
//   #key-search #key-state #key-group #key-count                 keys
//   #request-search #request-client ... #request-pause           requests
//   #config-effective #config-form #config-path #config-value #config-reload

import * as session from "./api.js";
import { byId, fill, h, icon, setText } from "./dom.js";
import { toast } from "./dialogs.js";
import { plural } from "./format.js";
import * as live from "./live.js";
import { hideLogin, showLogin } from "./login.js";
import { openView } from "./view.js";
import { clientsView } from "./clients.js";
import { configView } from "./config.js";
import { exitsView } from "./exits.js";
import { keysView } from "./keys.js";
import { modelsView } from "./models.js";
import { overviewView } from "./overview.js";
import { requestsView } from "./requests.js";

const VIEWS = {
  overview: { title: "Overview", mount: overviewView },
  keys: { title: "Keys", mount: keysView },
  models: { title: "Models", mount: modelsView },
  clients: { title: "Clients", mount: clientsView },
  requests: { title: "Requests", mount: requestsView },
  exits: { title: "Exits", mount: exitsView },
  config: { title: "Config", mount: configView },
};

let leave = null;
let shown = null;

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  return { name: VIEWS[path] ? path : "overview", params: new URLSearchParams(query ?? "") };
}

function show() {
  if (byId("shell").hidden) {
    return;
  }
  const { name, params } = place();
  const moved = shown !== null;
  leave?.();
  closeDialogs();
  shown = name;
  for (const link of byId("nav").querySelectorAll("a")) {
    const here = link.dataset.view === name;
    here ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    here && link.scrollIntoView({ block: "nearest", inline: "center" });
  }
  document.title = `${VIEWS[name].title} · gemini-relay`;
  leave = openView(name, VIEWS[name], params);
  window.scrollTo(0, 0);
  if (moved) {
    byId("view-title").focus({ preventScroll: true });
  }
}

function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog[open]")) {
    dialog.close();
  }
}

function enter() {
  hideLogin();
  byId("boot").hidden = true;
  byId("shell").hidden = false;
  live.start(expire);
  show();
}

function leaveShell() {
  live.stop();
  leave?.();
  leave = null;
  shown = null;
  closeDialogs();
  byId("shell").hidden = true;
  fill(byId("main"));
}

/** The view's address stays, so that the same view opens after the next login. */
function expire() {
  if (!byId("shell").hidden) {
    leaveShell();
    showLogin(enter, "Your session is over. Log in again to go on where you were.");
  }
}

async function logOut() {
  try {
    await session.logout();
  } catch (error) {
    if (error.status !== 401) {
      toast(`Not logged out: ${error.message}`, "bad");
      return;
    }
  }
  leaveShell();
  showLogin(enter, "You are logged out.");
}

const TROUBLE = {
  lost: "The gateway does not answer. What you see is the last that it told.",
  crowded: "Too many open dashboards: this one is updated now and then only. Close one that is not needed.",
};

function paintLive({ state, retryInSeconds }) {
  const names = { connecting: "Connecting", up: "Live", lost: "Gateway lost", crowded: "Not live", resting: "Resting", off: "Off" };
  const pill = byId("live-state");
  pill.dataset.state = state;
  setText(pill, names[state]);
  document.documentElement.dataset.gateway = state;
  const lost = byId("lost");
  const text = TROUBLE[state];
  if (!text) {
    fill(lost);
    return;
  }
  lost.dataset.state = state;
  if (lost.querySelector("span")?.textContent !== text) {
    const again = h("button", { type: "button", id: "retry-now", on: { click: live.retryNow } }, "Try now");
    // The seconds change too often to be read aloud each time.
    fill(lost, icon("warn"), h("span", {}, text), h("span", { class: "num", "aria-hidden": "true", id: "retry-in" }), again);
  }
  setText(byId("retry-in"), retryInSeconds > 0 ? `Trying again in ${retryInSeconds} s` : "Trying again…");
}

function paintStatus(overview) {
  const words = { ok: "Serving", draining: "Stopping", no_usable_key: "No usable key" };
  const flight = plural(overview.in_flight, "request");
  setText(byId("gateway-status"), `${words[overview.status] ?? overview.status} · ${flight} in flight · ${overview.version}`);
}

function paintTheme() {
  const dark = window.relayTheme.get() === "dark";
  fill(byId("theme-switch"), icon("theme"), h("span", { class: "wide-only" }, dark ? "Light" : "Dark"));
  byId("theme-switch").setAttribute("aria-label", dark ? "Light colours" : "Dark colours");
}

function buildShell() {
  const links = Object.entries(VIEWS).map(([name, view]) =>
    h("li", {}, h("a", { href: `#/${name}`, data: { view: name } }, view.title)),
  );
  fill(byId("nav"), h("ul", {}, links));
  fill(byId("logout"), icon("leave"), h("span", { class: "wide-only" }, "Log out"));
  byId("logout").setAttribute("aria-label", "Log out");
  byId("logout").addEventListener("click", logOut);
  byId("theme-switch").addEventListener("click", () =>
    window.relayTheme.set(window.relayTheme.get() === "dark" ? "light" : "dark"),
  );
  document.addEventListener("themechange", paintTheme);
  paintTheme();
  // The link's own address would be taken for a view.
  byId("skip-link").addEventListener("click", (event) => {
    event.preventDefault();
    byId("main").focus();
  });
  live.on("state", paintLive);
  live.on("overview", paintStatus);
  window.addEventListener("hashchange", show);
}

async function begin() {
  try {
    const found = await session.session();
    if (found) {
      enter();
    } else {
      byId("boot").hidden = true;
      showLogin(enter);
    }
  } catch (error) {
    const again = h("button", { type: "button", id: "boot-retry", on: { click: begin } }, "Try again");
    fill(byId("boot"), h("p", {}, error.message), again);
  }
}

buildShell();
session.whenUnauthorized(expire);
begin();
