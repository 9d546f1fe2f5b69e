// The keys as last told: loaded page by page, then kept up to date by events.

import { api } from "./api.js";

const PAGE = 1000;

/** Loads all keys; answers with a map by id. */
export async function loadKeys(options) {
  const keys = new Map();
  for (;;) {
    const page = await api.keys({ offset: keys.size, limit: PAGE }, options);
    const before = keys.size;
    page.keys.forEach((key) => keys.set(key.id, key));
    if (keys.size >= page.total || keys.size === before) {
      return keys;
    }
  }
}

/** Takes what an event tells; a key without its models keeps the ones that were known. */
export function applyKeys(keys, event) {
  (event.keys ?? []).forEach((key) => keys.set(key.id, key));
  (event.removed ?? []).forEach((id) => keys.delete(id));
}

/** Keys that fit the filters {q, state, group}. */
export function matching(keys, { q, state, group }) {
  const needle = (q ?? "").toLowerCase();
  return [...keys.values()].filter(
    (key) =>
      (!state || key.state === state) &&
      (!group || key.group === group) &&
      (!needle ||
        [key.name, key.project, key.learned_project, key.reason, key.model, key.quota_id].some((text) =>
          text?.toLowerCase().includes(needle),
        )),
  );
}
