// The chain of one route: rings that the request goes into on the left, and the answer comes out of on the right.
const places = { Global: "global", Group: "group", Route: "route" };
const sources = { ClassDefault: "default", Registration: "registration", Section: "settings", Entry: "entry", Argument: "argument", Call: "call" };
const reasons = { WithoutMiddleware: "WithoutMiddleware", Disabled: "Disabled", NotEnabled: "Enabled: false", Environment: "other environment", ShortCircuit: "not reached" };

function drawRoute(detail) {
  const isRoute = detail.number >= 0;
  const route = routeOf(detail.number);
  const heading = isRoute
    ? make("h2", { class: "route-title" }, ...methods(route), make("span", {}, route.template ?? route.name))
    : make("h2", { class: "route-title" }, "No route matches");
  const about = isRoute
    ? [detail.displayName && !detail.displayName.endsWith(detail.name) ? detail.displayName : null, detail.handler, detail.authorization ? `asks for ${detail.authorization}` : null]
    : ["404 where no path matches, 405 where the path takes other methods, 415 where it takes other bodies: the global list alone runs around these."];

  byId("detail").replaceChildren(
    make("header", { class: "detail-head" }, heading, make("p", { class: "about" }, about.filter(Boolean).join(" · "))),
    make("dl", { class: "strip", id: "route-figures" }, ...["Requests", "Per second", "Refused", "Errors", "Median", "p99"].map(name => make("div", {}, make("dt", {}, name), make("dd", {}, "–")))),
    drawTrack(detail, isRoute),
    isRoute ? drawOther(detail) : null);
  drawDetailFigures();
}

function drawTrack(detail, isRoute) {
  const outer = detail.links.map((link, index) => ({ link, index })).filter(({ link }) => link.stage !== "Handler");
  const inner = detail.links.map((link, index) => ({ link, index })).filter(({ link }) => link.stage !== "Request");
  const depth = outer.length + inner.length;
  const items = [];

  outer.forEach(({ link, index }, at) => items.push(ring(link, index, at, false)));
  if (isRoute) {
    items.push(make("li", { class: "gate", "--d": outer.length }, make("span", {}, "Binding"), make("small", {}, "route, query, headers and body become the handler’s parameters")));
    inner.forEach(({ link, index }, at) => items.push(ring(link, index, outer.length + at, true)));
  }
  const bottoms = [];
  for (let at = depth - 1; at >= 0; at--) bottoms.push(make("div", { class: "cup", "--d": at, "aria-hidden": "true" }, make("i", {})));
  const core = isRoute
    ? make("div", { class: "core" }, make("strong", {}, "Handler"), make("small", {}, detail.handler ?? detail.displayName ?? ""))
    : make("div", { class: "core" }, make("strong", {}, "404 · 405 · 415"), make("small", {}, "routing’s own answer"));
  items.push(make("li", { class: "center", "--d": depth }, core, ...bottoms));

  return make("section", { class: "card chain", "--rings": depth, "aria-labelledby": "chain-title" },
    make("div", { class: "card-head" },
      make("h3", { id: "chain-title" }, "The way of a request"),
      make("p", { class: "hint" }, depth === 0 ? "Nothing stands around it." : "Press a middleware for its options.")),
    make("p", { class: "ends", "aria-hidden": "true" }, make("span", { class: "in" }, "request ↓"), make("span", { class: "columns" }, make("b", {}, "per s"), make("b", {}, "median"), make("b", {}, "p99")), make("span", { class: "out" }, "↑ answer")),
    make("ol", { class: "track" }, ...items));
}

function ring(link, index, depth, isHandlerStage) {
  const id = `link-${index}${isHandlerStage ? "h" : ""}`;
  const panel = make("div", { class: "panel", id, hidden: true });
  const isAgain = isHandlerStage && link.stage === "Both";
  const button = make("button", {
    type: "button", class: "ring-head", "aria-expanded": "false", "aria-controls": id,
    onclick: () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      if (open && !panel.firstChild) panel.append(...linkPanel(link));
      button.setAttribute("aria-expanded", String(open));
      panel.hidden = !open;
    },
  },
    make("span", { class: "entry" }, make("span", { class: "name" }, link.entry), " ", make("span", { class: "tag", "data-place": link.place }, places[link.place]),
      isHandlerStage ? [" ", make("span", { class: "tag plain" }, isAgain ? "again, around the handler" : "around the handler")] : null,
      link.include.length + link.exclude.length > 0 ? [" ", make("span", { class: "tag plain" }, "on some paths")] : null),
    isAgain ? null : make("span", { class: "counts", "data-link": index }, make("span", { class: "stops" }), make("span", { class: "n" }, "–"), make("span", { class: "n" }, "–"), make("span", { class: "n" }, "–")),
    make("span", { class: "chevron", "aria-hidden": "true" }));

  return make("li", { class: "ring", "--d": depth, "data-place": link.place }, make("div", { class: "box" }, button, isAgain ? null : make("span", { class: "bar-time", "aria-hidden": "true", "data-bar": index }), panel));
}

function linkPanel(link) {
  const facts = [
    ["Put on by", link.origin === link.attachedAt || !link.attachedAt ? link.origin : `${link.origin}, attached at ${link.attachedAt}`],
    link.groups.length > 0 ? ["Through group", link.groups.join(" → ")] : null,
    link.include.length > 0 ? ["Only on", link.include.join(", ")] : null,
    link.exclude.length > 0 ? ["Not on", link.exclude.join(", ")] : null,
    ["Class", link.class || "(delegate)"],
  ].filter(Boolean);
  const parts = [make("dl", { class: "facts" }, ...facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))))];

  if (link.options.length === 0) return [...parts, make("p", { class: "hint" }, "It takes no options.")];

  return [...parts, make("table", { class: "options" },
    make("caption", { class: "hidden" }, `Options of ${link.entry} in effect`),
    make("thead", {}, make("tr", {}, ...["Option", "Value", "From"].map(name => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...link.options.map(option => make("tr", { "data-source": option.source },
      make("th", { scope: "row" }, option.name),
      make("td", { class: option.masked ? "masked" : "value" }, option.value === null ? "none" : option.value === "" ? "empty" : option.value),
      make("td", {}, make("span", { class: "tag plain" }, sources[option.source] ?? option.source), option.source === "ClassDefault" ? null : make("small", {}, option.origin))))))];
}

function drawOther(detail) {
  return make("div", { class: "pair" },
    make("section", { class: "card", "aria-labelledby": "off-title" },
      make("h3", { id: "off-title" }, "Taken off"),
      detail.takenOff.length === 0 ? make("p", { class: "hint" }, "Nothing: all that was declared runs.")
        : make("ul", { class: "plain-list" }, ...detail.takenOff.map(taken => make("li", {},
          make("span", { class: "name off" }, taken.entry), " ", make("span", { class: "tag plain" }, reasons[taken.reason] ?? taken.reason),
          make("small", {}, `by ${taken.by}; declared at ${taken.origin}`))))),
    make("section", { class: "card", "aria-labelledby": "else-title" },
      make("h3", { id: "else-title" }, "What else may happen"),
      make("dl", { class: "facts" },
        make("div", {}, make("dt", {}, "Preflight"), make("dd", {}, detail.preflight.explanation, detail.preflight.links.length > 0 ? make("small", {}, `runs: ${detail.preflight.links.join(" → ")}`) : null)),
        make("div", {}, make("dt", {}, "Other method"), make("dd", {}, "405, around which the global list alone runs")),
        make("div", {}, make("dt", {}, "Other path"), make("dd", {}, "404, around which the global list alone runs ", make("button", { type: "button", class: "link", onclick: () => { select(unmatched); byId("detail").focus(); } }, "Show"))))));
}

function drawDetailFigures() {
  const detail = view.detail;
  if (!detail) return;
  const counted = figures.routes.get(detail.number);
  const cells = document.querySelectorAll("#route-figures dd");
  const values = counted ? [count(counted.requests), rate(counted.rate), count(counted.refused), count(counted.errors), time(counted.p50), time(counted.p99)] : ["0", "0", "0", "0", "–", "–"];
  values.forEach((value, at) => setText(cells[at], value));

  const of = index => figures.links.get(`${detail.number}:${index}`);
  const longest = Math.max(1, ...detail.links.map((_, index) => of(index)?.p99 ?? 0));
  for (const element of document.querySelectorAll("[data-link]")) {
    const link = of(element.dataset.link);
    const [stops, ...numbers] = element.children;
    const text = !link ? [] : [link.failed > 0 ? `${count(link.failed)} threw` : "", link.refused > 0 ? `${count(link.refused)} refused` : "", link.answered > 0 ? `${count(link.answered)} answered` : ""];
    element.classList.toggle("idle", !link);
    setText(stops, text.filter(Boolean).join(", "));
    stops.classList.toggle("bad", Boolean(link && link.failed + link.refused > 0));
    const shown = link ? [rate(link.rate), time(link.p50), time(link.p99)] : ["–", "–", "–"];
    shown.forEach((value, at) => setText(numbers[at], value));
  }
  for (const bar of document.querySelectorAll("[data-bar]")) {
    bar.style.setProperty("--part", String(Math.max(0, (of(bar.dataset.bar)?.p99 ?? 0) / longest)));
  }
}
