"use strict";
// Each heading of a sortable table becomes a button; rows without a value stay last.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const first = [...body.rows];
  const plain = (cell) => (cell ? cell.textContent.trim() : "");
  // What a cell is worth: its key, or the number that it prints, with whatever minus, commas and stars.
  const printed = /^[([]?[-\u2212]?[\d,]*\.?\d+%?\**[)\]]?$/;
  const value = (cell, text) => {
    if (cell.dataset.key !== undefined) return Number(cell.dataset.key);
    return printed.test(text) ? Number(text.replace("\u2212", "-").replace(/[^-\d.]/g, "")) : NaN;
  };
  const compare = (column) => (a, b, way) => {
    const [x, y] = [a.cells[column], b.cells[column]];
    const [s, t] = [plain(x), plain(y)].map((text) => (text === "–" ? "" : text));
    if (!s || !t) return (s ? 0 : 1) - (t ? 0 : 1);
    const [m, n] = [value(x, s), value(y, t)];
    if (!Number.isNaN(m) && !Number.isNaN(n)) return way * (m - n);
    return way * s.localeCompare(t, undefined, { numeric: true });
  };
  headings.forEach((heading, column) => {
    if (!plain(heading)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const next = { none: "ascending", ascending: "descending", descending: "none" };
      const order = next[heading.getAttribute("aria-sort") || "none"];
      headings.forEach((h) => h.removeAttribute("aria-sort"));
      if (order === "none") return body.append(...first);
      heading.setAttribute("aria-sort", order);
      const by = compare(column);
      body.append(...[...first].sort((a, b) => by(a, b, order === "ascending" ? 1 : -1)));
    });
  });
}
