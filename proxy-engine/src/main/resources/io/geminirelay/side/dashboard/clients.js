// Clients: who may ask, what each used and may still use. A new token is shown once.

import { api } from "./api.js";
import { busy, confirmDialog, copyText, formDialog, openDialog, toast } from "./dialogs.js";
import { fill, freshId, h, icon, setText } from "./dom.js";
import { ago, compact, count, known, savedTo, tokens } from "./format.js";
import { toolButton } from "./parts.js";
import { builtCell, Table, textCell } from "./table.js";
import { empty, loader } from "./view.js";

/** Those refused first when the gateway has too much to do come first. */
const PRIORITIES = ["low", "normal", "high"];

/** "60 (45 left)", or that there is no limit. */
function limit(most, left) {
  if (!known(most) || most <= 0) {
    return "no limit";
  }
  return known(left) ? `${compact(left)} of ${compact(most)} left` : compact(most);
}

function rights(client) {
  const models = client.models?.length ? client.models.join(", ") : "all models";
  const groups = client.groups?.length ? client.groups.join(", ") : "all groups";
  return `${models}; ${groups}`;
}

function columns(revoke) {
  return [
    { id: "name", label: "Client", head: true, sort: (c) => c.name,
      cell: builtCell((current) => h("a", { href: `#/requests?client=${encodeURIComponent(current().name)}` }), (link, c) => setText(link, c.name)) },
    { id: "rights", label: "May use", cell: (td, c) => {
      setText(td, rights(c));
      td.title = rights(c);
    } },
    { id: "in_flight", label: "In flight", num: true, sort: (c) => c.in_flight, cell: textCell((c) => count(c.in_flight)) },
    { id: "rpm", label: "Requests/min", num: true, sort: (c) => c.requests_per_minute, cell: textCell((c) => limit(c.requests_per_minute, c.requests_left)) },
    { id: "tpm", label: "Tokens/min", num: true, sort: (c) => c.tokens_per_minute, cell: textCell((c) => limit(c.tokens_per_minute, c.tokens_left)) },
    { id: "concurrent", label: "At once", num: true, sort: (c) => c.max_concurrent, cell: textCell((c) => limit(c.max_concurrent, c.concurrent_left)) },
    { id: "priority", label: "Priority", sort: (c) => PRIORITIES.indexOf(c.priority), cell: textCell((c) => c.priority) },
    { id: "requests", label: "Requests", num: true, sort: (c) => c.usage?.requests ?? 0, cell: textCell((c) => count(c.usage?.requests ?? 0)) },
    { id: "failures", label: "Not served", num: true, sort: (c) => notServed(c), cell: textCell((c) => count(notServed(c))) },
    { id: "tokens", label: "Tokens", num: true, sort: (c) => tokens(c.usage), cell: textCell((c) => compact(tokens(c.usage))) },
    { id: "used", label: "Last used", num: true, tick: true, sort: (c) => c.usage?.last_used_at ?? "", cell: textCell((c) => ago(c.usage?.last_used_at)) },
    { id: "actions", label: "Actions", hideLabel: true,
      cell: builtCell((current) => h("span", { class: "row-actions" },
        h("button", { type: "button", class: "small", data: { action: "remove" }, "aria-label": `Revoke ${current().name}`,
          on: { click: (event) => revoke(current(), event.currentTarget) } }, "Revoke")), () => {}) },
  ];
}

function notServed(client) {
  return (client.usage?.refusals ?? 0) + (client.usage?.failures ?? 0);
}

/** Whether all are let in without a token is asked only where it matters. */
async function servesAll(options) {
  return /^auth: *"?none"?$/m.test((await api.config(options)).effective);
}

async function readClients(options) {
  const { clients } = await api.clients(options);
  return { clients, open: clients.length === 0 && (await servesAll(options)) };
}

/** What is true once the last client is gone, for whoever is about to revoke it. */
async function whenNoneIsLeft() {
  return (await servesAll())
    ? "It is the last client. Its token is no longer known, but the configuration says \"auth: none\": everybody who reaches the gateway is served without a token."
    : "It is the last client. Without clients no token is asked for any more: every program on the gateway's own machine is served without one, and all others are refused.";
}

export function clientsView(ctx) {
  const list = h("div");
  const nothing = h("div");
  const table = new Table({ name: "clients", caption: "Clients", key: (c) => c.name, sort: { id: "name", down: false }, signal: ctx.signal,
    columns: columns((client, button) => revokeOne(client, button)) });
  fill(ctx.root, list);
  let present = [];
  const revokeOne = (client, button) => revoke(client, button, present.length === 1, () => load());
  const load = loader(ctx, list, readClients, ({ clients, open }) => {
    if (!nothing.isConnected) {
      fill(list, nothing, table.element);
    }
    table.element.hidden = clients.length === 0;
    present = clients;
    const first = () => add(load, true);
    fill(nothing, clients.length ? null : empty("No clients", open
      ? "The configuration says \"auth: none\": everybody who reaches the gateway is served, with or without a token."
      : "Without clients, programs on the gateway's own machine are served without a token; others are refused.",
      h("button", { type: "button", class: "primary", data: { action: "add" }, on: { click: first } }, "Add a client")));
    table.setRows(clients);
  });
  fill(ctx.tools, toolButton("plus", "Add a client", "add", () => add(load, present.length === 0)));
  ctx.every(3, load);
  ctx.tick(() => table.tick());
  ctx.on("config", load);
}

async function revoke(client, button, last, load) {
  busy(button, true);
  try {
    const after = last ? await whenNoneIsLeft() : "Its token is refused from then on.";
    busy(button, false);
    const yes = await confirmDialog({
      title: last ? "Revoke the last client?" : "Revoke this client?",
      text: [client.name, `${after} Requests under way go on.`],
      action: "Revoke",
      danger: true,
    });
    if (!yes) {
      return;
    }
    busy(button, true);
    const kept = await api.removeClient(client.name);
    toast(`${client.name} revoked. ${savedTo(kept)}`);
    load();
  } catch (error) {
    toast(`${client.name}: ${error.message}`, "bad");
  } finally {
    busy(button, false);
  }
}

function names(text) {
  const found = text.split(/[\s,]+/).filter(Boolean);
  return found.length ? found : undefined;
}

function number(text) {
  return text ? Number(text) : undefined;
}

/** With the first client the gateway begins to ask for tokens, which its present users should know. */
function add(load, first) {
  const amount = (name, label) => ({ name, label, type: "number", min: "1", step: "1", placeholder: "no limit" });
  formDialog({
    title: "Add a client",
    id: "add-client-dialog",
    intro: first ? "This is the first client: from then on requests without a client's token are refused, those of the gateway's own machine too." : null,
    action: "Add",
    fields: [
      { name: "name", label: "Name", required: true },
      { name: "token", label: "Token", type: "password", autocomplete: "new-password", hint: "Left empty, the gateway makes one and shows it once." },
      amount("requests_per_minute", "Requests a minute"),
      amount("tokens_per_minute", "Tokens a minute"),
      amount("max_concurrent", "Requests at once"),
      { name: "models", label: "Models", placeholder: "all", hint: "Names or patterns such as gemini-2.5-*, with commas between them." },
      { name: "groups", label: "Key groups", placeholder: "all" },
      { name: "priority", label: "Priority", type: "select", required: true, options: PRIORITIES.map((each) => [each, each]), value: "normal",
        hint: "When the gateway has too much to do, low is refused first and high last." },
    ],
    submit: async (values, opened) => {
      const made = await api.addClient({
        name: values.name.trim(),
        token: values.token || undefined,
        requests_per_minute: number(values.requests_per_minute),
        tokens_per_minute: number(values.tokens_per_minute),
        max_concurrent: number(values.max_concurrent),
        models: names(values.models),
        groups: names(values.groups),
        priority: values.priority,
      });
      opened.close();
      load();
      if (made.token) {
        showToken(made);
      } else {
        toast(`${made.client.name} added. ${savedTo(made)}`);
      }
    },
  });
}

/** The only time that the token is seen; it leaves the page with the dialog. */
function showToken(made) {
  const { token, client: { name } } = made;
  const id = freshId("token");
  const input = h("input", { id, type: "text", readonly: true, class: "mono", spellcheck: "false", data: { role: "new-token" } });
  input.value = token;
  const told = h("span", { role: "status" });
  const copy = h("button", { type: "button", class: "primary", data: { action: "copy" } }, icon("copy"), "Copy");
  copy.addEventListener("click", async () => setText(told, (await copyText(token, input)) ? "Copied." : "Select the text and copy it by hand."));
  input.addEventListener("focus", () => input.select());
  openDialog({
    title: `Token of ${name}`,
    id: "token-dialog",
    body: [
      h("p", {}, "This is shown once and cannot be looked up later. ", savedTo(made)),
      h("label", { for: id }, "Token"),
      h("div", { class: "copy-row" }, input, copy),
      told,
    ],
    onClose: () => {
      input.value = "";
    },
  });
}
