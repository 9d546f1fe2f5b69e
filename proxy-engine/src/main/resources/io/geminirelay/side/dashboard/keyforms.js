// Adding keys: one, or many from a text. A key's text is sent and then forgotten by the page.

import { api } from "./api.js";
import { formDialog, toast } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { plural, savedTo } from "./format.js";

async function groupField(known) {
  let names = known;
  try {
    names = (await api.groups()).groups.map((group) => group.name);
  } catch {
    // The groups of the keys on the page do as well.
  }
  if (names.length === 0) {
    return { name: "group", label: "Group", required: true };
  }
  return { name: "group", label: "Group", type: "select", required: true, options: names.map((name) => [name, name]) };
}

export async function addKey(groups, changed) {
  formDialog({
    title: "Add a key",
    id: "add-key-dialog",
    action: "Add",
    fields: [
      await groupField(groups),
      { name: "key", label: "Gemini API key", type: "password", required: true, autocomplete: "new-password", hint: "Shown from then on only as group/number#fingerprint." },
      { name: "project", label: "Google project", hint: "Keys of one project share its quota." },
      { name: "weight", label: "Weight", type: "number", min: "1", step: "1", placeholder: "1" },
    ],
    submit: async (values, opened) => {
      const made = await api.addKey({
        group: values.group,
        key: values.key.trim(),
        project: values.project || undefined,
        weight: values.weight ? Number(values.weight) : undefined,
      });
      opened.close();
      changed({ keys: [made.key] });
      toast(`${made.key.name} added. ${savedTo(made)}`);
    },
  });
}

export async function importKeys(groups, changed) {
  formDialog({
    title: "Import keys",
    id: "import-dialog",
    action: "Import",
    fields: [
      await groupField(groups),
      { name: "text", label: "Keys, one a line", type: "textarea", required: true, rows: 10, hint: "Lines that begin with # are left out. Keys that are known already are skipped." },
    ],
    submit: async (values, opened) => {
      const result = await api.importKeys({ group: values.group, text: values.text });
      fill(opened.content, imported(result));
      opened.heading.focus();
      const fresh = await Promise.all(result.ids.slice(0, 50).map((id) => api.key(id)));
      changed({ keys: fresh });
    },
  });
}

function imported(result) {
  const wrong = result.invalid ?? [];
  return h("div", { role: "status" },
    h("p", {}, `${plural(result.added, "key")} added, ${result.known} known before, ${wrong.length} not usable. ${savedTo(result)}`),
    wrong.length === 0 ? null : h("ul", {}, wrong.map((each) => h("li", {}, `Line ${each.line}: ${each.problem}`))));
}
