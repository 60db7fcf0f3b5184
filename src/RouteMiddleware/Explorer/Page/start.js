let loading = 0;

async function select(number, isFromAddress) {
  view.selected = number;
  drawRows();
  showInList(number);
  if (!isFromAddress) {
    const name = number === overview ? "" : number === unmatched ? "none" : model.routes[number].name;
    history.replaceState(null, "", name ? `#${encodeURIComponent(name)}` : location.pathname + location.search);
  }

  const turn = ++loading;
  const article = byId("detail");
  if (number === overview) {
    view.detail = null;
    article.removeAttribute("aria-busy");
    drawOverview();
    return;
  }

  article.setAttribute("aria-busy", "true");
  try {
    const detail = await read(`/route/${number === unmatched ? "none" : number}`);
    // Another was chosen while this one was on its way.
    if (turn !== loading) return;
    if (detail.version !== model.version) return await load();
    view.detail = detail;
    drawRoute(detail);
  } catch (error) {
    if (turn !== loading) return;
    view.detail = null;
    article.replaceChildren(make("p", { class: "notice", role: "alert" }, `This route could not be read: ${error.message}`));
  } finally {
    article.removeAttribute("aria-busy");
  }
}

function numberInAddress() {
  const name = decodeURIComponent(location.hash.slice(1));
  if (name === "none") return unmatched;
  const number = model.routes.findIndex(route => route.name === name);
  return name && number >= 0 ? number : overview;
}

async function load() {
  model = await read("/model");
  setText(byId("application"), [model.application, model.environment].filter(Boolean).join(" · "));
  document.title = model.application ? `${model.application} · Middleware explorer` : "Middleware explorer";
  fillFilters();
  filterRoutes();
  await select(numberInAddress(), true);
}

for (const id of ["search", "method", "middleware", "own"]) byId(id).addEventListener("input", filterRoutes);
list.addEventListener("scroll", drawRows, { passive: true });
list.addEventListener("keydown", event => {
  if (!event.ctrlKey && !event.metaKey && !event.altKey && moveInList(event.key)) event.preventDefault();
});
list.addEventListener("click", event => {
  const element = event.target.closest(".row");
  if (!element) return;
  select(Number(element.dataset.number));
  if (matchMedia("(max-width: 860px)").matches) byId("detail").scrollIntoView();
});
byId("search").addEventListener("keydown", event => {
  if (event.key !== "ArrowDown" && event.key !== "Enter") return;
  event.preventDefault();
  list.focus();
  if (!view.shown.includes(view.selected) && view.shown.length > 0) select(view.shown[0]);
});
document.addEventListener("keydown", event => {
  if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  byId("search").focus();
});
addEventListener("hashchange", () => model.version > 0 && select(numberInAddress(), true));
addEventListener("resize", drawRows);

load().then(listen, error => {
  say("bad", "Not live");
  byId("detail").replaceChildren(make("p", { class: "notice", role: "alert" }, `The routes could not be read: ${error.message}`));
});
