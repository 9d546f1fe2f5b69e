// Tables that sort, that keep their rows (and so the focus) across updates, and that draw only the
// rows in sight when there are many. On a narrow page each row becomes a card.
//
// A column: {id, label, cell(td, row, current), sort(row), tick, num, phone}. cell is called anew
// with each update of the row and should build only where td is empty; current() is the row as it
// is at that moment, for listeners. tick says that the cell changes with the time as well.

import { fill, freshId, h, setText } from "./dom.js";

const DRAW_ALL = 60;
const SPARE = 8;

export class Table {
  constructor({ name, caption, columns, key, sort, signal, sorted }) {
    this.columns = columns;
    this.key = key;
    this.order = sort ?? null;
    this.sorted = sorted ?? (() => {});
    this.rows = [];
    this.byKey = new Map();
    this.drawn = new Map();
    this.rowHeight = 0;
    this.head = h("tr", { role: "row" }, columns.map((column) => this.header(column)));
    this.body = h("tbody", { role: "rowgroup" });
    this.above = h("tr", { class: "spacer", "aria-hidden": "true" }, h("td"));
    this.below = this.above.cloneNode(true);
    this.table = h(
      "table",
      { class: `table t-${name}`, role: "table", tabindex: "-1", data: { table: name } },
      h("caption", { class: "visually-hidden" }, caption),
      h("thead", { role: "rowgroup" }, this.head),
      this.body,
    );
    this.element = h("div", { class: "table-box" }, this.sortControl(), this.table);
    const redraw = () => this.draw();
    window.addEventListener("scroll", redraw, { passive: true, signal });
    window.addEventListener("resize", () => this.measureAnew(), { signal });
    this.paintOrder();
  }

  header(column) {
    const label = column.sort
      ? h("button", { type: "button", class: "sort", on: { click: () => this.sortBy(column.id) } }, column.label)
      : h("span", { class: column.hideLabel ? "visually-hidden" : null }, column.label);
    const cell = h("th", { scope: "col", role: "columnheader", data: { column: column.id } }, label);
    cell.classList.toggle("number", Boolean(column.num));
    return cell;
  }

  /** Cards have no head to click on. */
  sortControl() {
    const able = this.columns.filter((column) => column.sort);
    if (able.length === 0) {
      return null;
    }
    const id = freshId("sort");
    const options = able.flatMap((column) => [
      h("option", { value: `${column.id}:up` }, `${column.label}, rising`),
      h("option", { value: `${column.id}:down` }, `${column.label}, falling`),
    ]);
    this.picker = h("select", { id }, h("option", { value: "" }, "As it comes"), options);
    this.picker.addEventListener("change", () => {
      const [column, direction] = this.picker.value.split(":");
      this.order = column ? { id: column, down: direction === "down" } : null;
      this.reorder();
    });
    return h("div", { class: "card-sort filter" }, h("label", { for: id }, "Sort by"), this.picker);
  }

  sortBy(id) {
    const same = this.order?.id === id;
    this.order = { id, down: same ? !this.order.down : false };
    this.reorder();
  }

  reorder() {
    this.paintOrder();
    this.setRows(this.rows);
    this.sorted(this.order);
  }

  paintOrder() {
    for (const cell of this.head.children) {
      const chosen = this.order?.id === cell.dataset.column;
      chosen
        ? cell.setAttribute("aria-sort", this.order.down ? "descending" : "ascending")
        : cell.removeAttribute("aria-sort");
    }
    if (this.picker) {
      this.picker.value = this.order ? `${this.order.id}:${this.order.down ? "down" : "up"}` : "";
    }
  }

  /** Shows these rows, in the order that was chosen. */
  setRows(rows) {
    this.rows = rows;
    this.shown = this.inOrder(rows);
    this.byKey = new Map(rows.map((row) => [this.key(row), row]));
    this.table.setAttribute("aria-rowcount", String(rows.length + 1));
    this.draw(true);
  }

  inOrder(rows) {
    const column = this.columns.find((each) => each.id === this.order?.id);
    if (!column?.sort) {
      return rows;
    }
    const way = this.order.down ? -1 : 1;
    return rows
      .map((row, at) => ({ row, at, value: column.sort(row) }))
      .sort((a, b) => compare(a.value, b.value, way) || a.at - b.at)
      .map((each) => each.row);
  }

  /** Which rows are in sight, with some to spare so that Tab finds the next. */
  span() {
    const total = this.shown.length;
    if (total <= DRAW_ALL || !this.rowHeight) {
      return [0, Math.min(total, DRAW_ALL)];
    }
    const top = this.body.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / this.rowHeight) - SPARE);
    const fits = Math.ceil(window.innerHeight / this.rowHeight) + 2 * SPARE;
    const from = Math.min(first, Math.max(0, total - fits));
    return [from, Math.min(total, from + fits)];
  }

  draw(update = false) {
    if (!this.shown || !this.table.isConnected) {
      return;
    }
    const [from, to] = this.span();
    if (!update && from === this.from && to === this.to) {
      return;
    }
    this.from = from;
    this.to = to;
    const wanted = [];
    const left = new Map(this.drawn);
    this.drawn = new Map();
    for (let i = from; i < to; i += 1) {
      const row = this.shown[i];
      const id = this.key(row);
      const tr = left.get(id) ?? this.buildRow(id);
      left.delete(id);
      this.paintRow(tr, row, i);
      this.drawn.set(id, tr);
      wanted.push(tr);
    }
    this.place(wanted, left, from, this.shown.length - to);
    if (!this.rowHeight && wanted.length > 0 && this.shown.length > DRAW_ALL) {
      // From one to the next, as cards have a gap between them.
      this.rowHeight = wanted[1].getBoundingClientRect().top - wanted[0].getBoundingClientRect().top;
      this.draw(true);
    }
  }

  /** Moves rows as little as it can: one that is moved would lose the focus. */
  place(wanted, left, above, below) {
    for (const tr of left.values()) {
      if (tr.contains(document.activeElement)) {
        this.table.focus({ preventScroll: true });
      }
      tr.remove();
    }
    pad(this.above, above * this.rowHeight);
    pad(this.below, below * this.rowHeight);
    let next = this.body.firstChild;
    for (const tr of [this.above, ...wanted, this.below]) {
      if (tr === next) {
        next = next.nextSibling;
      } else {
        this.body.insertBefore(tr, next);
      }
    }
  }

  buildRow(id) {
    const tr = h("tr", { role: "row", data: { id } });
    for (const column of this.columns) {
      const cell = h(column.head ? "th" : "td", { role: column.head ? "rowheader" : "cell", data: { column: column.id, label: column.label } });
      if (column.head) {
        cell.setAttribute("scope", "row");
      }
      cell.classList.toggle("number", Boolean(column.num));
      tr.append(cell);
    }
    return tr;
  }

  paintRow(tr, row, index) {
    tr.setAttribute("aria-rowindex", String(index + 2));
    const id = this.key(row);
    const current = () => this.byKey.get(id) ?? row;
    this.columns.forEach((column, i) => column.cell(tr.children[i], row, current));
  }

  /** Paints what the passing time changes. */
  tick() {
    for (const [id, tr] of this.drawn) {
      const row = this.byKey.get(id);
      if (row) {
        this.columns.forEach((column, i) => column.tick && column.cell(tr.children[i], row, () => this.byKey.get(id) ?? row));
      }
    }
  }

  measureAnew() {
    this.rowHeight = 0;
    this.draw(true);
  }
}

function pad(spacer, height) {
  spacer.firstChild.style.height = `${height}px`;
  spacer.hidden = height === 0;
}

function compare(a, b, way) {
  const noA = a === undefined || a === null || a === "";
  const noB = b === undefined || b === null || b === "";
  if (noA || noB) {
    return Number(noA) - Number(noB);
  }
  return typeof a === "number" && typeof b === "number"
    ? (a - b) * way
    : String(a).localeCompare(String(b), "en", { numeric: true }) * way;
}

/** A cell that is just a text. */
export function textCell(read) {
  return (td, row) => setText(td, read(row));
}

/** A cell that is built once and painted with each update. */
export function builtCell(build, paint) {
  return (td, row, current) => {
    if (!td.firstChild) {
      fill(td, build(current));
    }
    paint(td.firstChild, row);
  };
}
