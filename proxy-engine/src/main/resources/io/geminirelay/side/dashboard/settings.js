// Reads, for suggestions only, which single settings a YAML text of the gateway's own making holds.

/** Paths with the text of their values; what stands in lists is left out. */
export function parseSettings(yaml) {
  const found = new Map();
  const open = [];
  for (const line of yaml.split("\n")) {
    const match = /^( *)([A-Za-z0-9_.-]+):(?: (.*))?$/.exec(line);
    if (!match) {
      const dash = /^( *)- /.exec(line);
      if (dash) {
        closeTo(open, dash[1].length);
        open.push({ indent: dash[1].length, name: null });
      }
      continue;
    }
    const [, spaces, name, value] = match;
    closeTo(open, spaces.length);
    if (open.some((each) => each.name === null)) {
      continue;
    }
    if (value === undefined || value === "") {
      open.push({ indent: spaces.length, name });
    } else {
      found.set([...open.map((each) => each.name), name].join("."), value);
    }
  }
  return found;
}

function closeTo(open, indent) {
  while (open.length > 0 && open[open.length - 1].indent >= indent) {
    open.pop();
  }
}

/** What was typed as JSON where it is that, else as a text. */
export function parseValue(text) {
  const trimmed = text.trim();
  try {
    return JSON.parse(trimmed);
  } catch {
    return trimmed.replace(/^(["'])(.*)\1$/, "$2");
  }
}
