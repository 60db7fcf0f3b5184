// All middleware on all routes together, and what the server does before any of them.
const columns = [["name", "Middleware"], ["passes", "Passes"], ["refused", "Refused"], ["failed", "Errors"], ["p50", "Median"], ["p99", "p99"]];

function drawOverview() {
  const limits = Object.entries(model.limits ?? {});
  byId("detail").replaceChildren(
    make("header", { class: "detail-head" }, make("h2", { class: "route-title" }, "Overview"), make("p", { class: "about" }, `${plural(model.routes.filter(route => !route.own).length, "route")}, ${plural(new Set(model.entries.map(aliasOf)).size, "middleware").replace("middlewares", "middleware")}. `, make("span", { id: "since" }))),
    make("section", { class: "card", "aria-labelledby": "all-title" },
      make("div", { class: "card-head" }, make("h3", { id: "all-title" }, "Middleware on all routes"), make("p", { class: "hint" }, "Own time, without what it calls.")),
      make("table", { class: "grid", id: "middleware-table" },
        make("caption", { class: "hidden" }, "Middleware on all routes together"),
        make("thead", {}, make("tr", {}, ...columns.map(([key, name]) => make("th", { scope: "col", "data-key": key },
          make("button", { type: "button", onclick: () => { view.sort = key; drawOverviewFigures(); } }, name))))),
        make("tbody", {}))),
    make("section", { class: "card", "aria-labelledby": "limits-title" },
      make("div", { class: "card-head" }, make("h3", { id: "limits-title" }, "Before any middleware: the server’s limits"), make("p", { class: "hint" }, limits.length > 0 ? "Kestrel" : "")),
      limits.length === 0 ? make("p", { class: "hint" }, "The server is not Kestrel, and does not tell.")
        : make("dl", { class: "limits" }, ...limits.map(([name, value]) => make("div", { "data-open": value === "no limit" }, make("dt", {}, name), make("dd", {}, value))))));
  drawOverviewFigures();
}

function drawOverviewFigures() {
  const table = byId("middleware-table");
  if (!table) return;

  setText(byId("since"), figures.since ? `Counted since ${new Date(figures.since).toLocaleTimeString("en-GB")}; times of the last minute.` : "");
  const names = [...new Set(model.entries.map(aliasOf))];
  const rowsOf = names.map(name => ({ name, ...(figures.middleware.get(name) ?? { passes: 0, refused: 0, failed: 0, p50: null, p99: null, reasons: {} }) }));
  rowsOf.sort((a, b) => view.sort === "name" ? a.name.localeCompare(b.name) : (b[view.sort] ?? -1) - (a[view.sort] ?? -1) || a.name.localeCompare(b.name));

  for (const head of table.tHead.rows[0].cells) {
    const key = head.dataset.key;
    if (key === view.sort) head.setAttribute("aria-sort", key === "name" ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  }

  const body = table.tBodies[0];
  const known = new Map([...body.rows].map(line => [line.dataset.name, line]));
  const lines = rowsOf.map(line => {
    const element = known.get(line.name) ?? make("tr", { "data-name": line.name },
      make("th", { scope: "row" }, make("button", { type: "button", class: "link", onclick: () => filterBy(line.name) }, line.name), make("small", {})),
      ...columns.slice(1).map(() => make("td", {})));
    const why = Object.entries(line.reasons).sort((a, b) => b[1] - a[1]).map(([code, number]) => `${code} ${count(number)}`).join(", ");
    setText(element.querySelector("small"), why);
    [count(line.passes), count(line.refused), count(line.failed), time(line.p50), time(line.p99)].forEach((value, at) => setText(element.cells[at + 1], value));
    element.classList.toggle("idle", line.passes === 0);
    element.cells[2].classList.toggle("bad", line.refused > 0);
    element.cells[3].classList.toggle("bad", line.failed > 0);
    return element;
  });
  // Moved only where the order changed: a focused button keeps its focus.
  lines.forEach((line, at) => { if (body.rows[at] !== line) body.insertBefore(line, body.rows[at] ?? null); });
}

function filterBy(name) {
  byId("middleware").value = name;
  filterRoutes();
  list.focus();
}
