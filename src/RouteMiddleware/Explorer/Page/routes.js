// The list of routes: only those in sight are in the document, so that thousands cost no more than twenty.
const rowHeight = 54;
const list = byId("list");
const rows = byId("rows");

function entriesInList() {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const method = byId("method").value;
  const middleware = byId("middleware").value;
  const hideOwn = byId("own").checked;
  const shown = [];

  model.routes.forEach((route, number) => {
    if (hideOwn && route.own) return;
    if (method && route.methods.length > 0 && !route.methods.includes(method)) return;
    const entries = entriesOf(route);
    if (middleware && !entries.some(entry => aliasOf(entry) === middleware)) return;
    const text = `${route.name} ${entries.join(" ")}`.toLowerCase();
    if (words.every(word => text.includes(word))) shown.push(number);
  });

  const isFiltered = words.length > 0 || method || middleware;
  return { shown: isFiltered ? shown : [overview, unmatched, ...shown], matches: shown.length };
}

function filterRoutes() {
  const { shown, matches } = entriesInList();
  view.shown = shown;
  const all = model.routes.filter(route => !byId("own").checked || !route.own).length;
  setText(byId("count"), matches === all ? plural(all, "route") : `${whole.format(matches)} of ${plural(all, "route")}`);
  byId("empty").hidden = matches > 0;
  rows.style.height = `${shown.length * rowHeight}px`;
  list.scrollTop = Math.min(list.scrollTop, Math.max(0, shown.length * rowHeight - list.clientHeight));
  drawRows();
}

function drawRows() {
  const first = Math.max(0, Math.floor(list.scrollTop / rowHeight) - 4);
  const last = Math.min(view.shown.length, Math.ceil((list.scrollTop + list.clientHeight) / rowHeight) + 4);
  const selectedAt = view.shown.indexOf(view.selected);
  const wanted = [];
  for (let i = first; i < last; i++) wanted.push(i);
  // What the keyboard stands on must be in the document, wherever it was scrolled to.
  if (selectedAt >= 0 && !wanted.includes(selectedAt)) wanted.push(selectedAt);

  rows.replaceChildren(...wanted.map(place => row(view.shown[place], place)));
  if (selectedAt >= 0) list.setAttribute("aria-activedescendant", `option-${view.selected}`);
  else list.removeAttribute("aria-activedescendant");
  drawRowFigures();
}

function row(number, place) {
  const isRoute = number >= 0;
  const route = number === overview ? null : routeOf(number);
  const title = number === overview ? [make("span", { class: "path plain" }, "Overview")]
    : number === unmatched ? [make("span", { class: "path plain" }, "No route matches")]
    : [...methods(route), make("span", { class: "path" }, route.template ?? route.name)];
  const note = number === overview ? "all middleware, the server’s limits"
    : number === unmatched ? "404, 405, 415"
    : route.links.length === 0 ? "no middleware" : `${route.links.length} middleware`;

  return make("div", {
    class: "row", id: `option-${number}`, role: "option", "data-number": number, "--at": `${place * rowHeight}px`,
    "aria-selected": String(number === view.selected), "aria-setsize": view.shown.length, "aria-posinset": place + 1,
  },
    make("span", { class: "row-title" }, ...title),
    make("span", { class: "row-note" }, make("span", {}, note, isRoute && route.own ? " · explorer" : ""), make("span", { class: "row-figures" })));
}

const methods = route => (route.methods.length > 0 ? route.methods : ["*"]).map(method => make("span", { class: "verb", "data-verb": method }, method === "*" ? "ANY" : method));

function drawRowFigures() {
  for (const element of rows.children) {
    const counted = figures.routes.get(Number(element.dataset.number));
    const parts = counted ? [
      counted.errors > 0 ? `${count(counted.errors)} err` : "",
      counted.refused > 0 ? `${count(counted.refused)} ref` : "",
      counted.rate > 0 ? `${rate(counted.rate)}/s` : `${count(counted.requests)}`,
    ] : [];
    setText(element.querySelector(".row-figures"), parts.filter(Boolean).join(" · "));
    element.classList.toggle("moving", Boolean(counted && counted.rate > 0));
  }
}

function showInList(number) {
  const place = view.shown.indexOf(number);
  if (place < 0) return;
  const top = place * rowHeight;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + rowHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + rowHeight - list.clientHeight;
}

function moveInList(key) {
  const at = view.shown.indexOf(view.selected);
  const page = Math.max(1, Math.floor(list.clientHeight / rowHeight) - 1);
  const last = view.shown.length - 1;
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: last }[key];
  if (to === undefined || last < 0) return false;
  select(view.shown[Math.min(last, Math.max(0, to))]);
  return true;
}

function fillFilters() {
  const fill = (select, values) => {
    const chosen = select.value;
    select.replaceChildren(make("option", { value: "" }, "any"), ...[...values].sort().map(value => make("option", { value }, value)));
    select.value = [...values].includes(chosen) ? chosen : "";
  };
  fill(byId("method"), new Set(model.routes.flatMap(route => route.methods)));
  fill(byId("middleware"), new Set(model.entries.map(aliasOf)));
  byId("own-box").hidden = !model.routes.some(route => route.own);
}
