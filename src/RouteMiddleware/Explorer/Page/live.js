// The figures: one event a second, with what changed.
const recent = [];

function counted(map, key, at, values) {
  const before = map.get(key);
  const passed = values.requests ?? values.passes;
  const seconds = figures.at > 0 ? (at - figures.at) / 1000 : 0;
  const now = before && seconds > 0 ? Math.max(0, passed - (before.requests ?? before.passes)) / seconds : seconds > 0 ? passed / seconds : 0;
  map.set(key, { ...values, rate: before ? (now + before.rate) / 2 : now, seen: at });
}

function take(event) {
  if (event.since !== figures.since) {
    for (const map of [figures.routes, figures.links, figures.middleware]) map.clear();
    figures.since = event.since;
    figures.at = 0;
    recent.length = 0;
  }

  for (const [number, requests, refused, errors, p50, p99] of event.routes) counted(figures.routes, number, event.at, { requests, refused, errors, p50, p99 });
  for (const [number, link, passes, answered, refused, failed, p50, p99] of event.links) counted(figures.links, `${number}:${link}`, event.at, { passes, answered, refused, failed, p50, p99 });
  for (const [name, [passes, answered, refused, failed, p50, p99, reasons]] of Object.entries(event.middleware)) counted(figures.middleware, name, event.at, { passes, answered, refused, failed, p50, p99, reasons });

  // Who is not told of stands still.
  for (const map of [figures.routes, figures.links, figures.middleware]) {
    for (const one of map.values()) {
      if (one.seen !== event.at) one.rate = one.rate < 0.05 ? 0 : one.rate / 2;
      else if (one.rate < 0.05) one.rate = 0;
    }
  }

  figures.at = event.at;
  drawTiles();
  drawRowFigures();
  drawDetailFigures();
  drawOverviewFigures();
}

function drawTiles() {
  const all = [...figures.routes.values()];
  const sum = key => all.reduce((total, one) => total + one[key], 0);
  const now = sum("rate");
  recent.push(now);
  if (recent.length > 60) recent.shift();

  setText(byId("rate"), rate(now));
  setText(byId("requests"), count(sum("requests")));
  setText(byId("refused"), count(sum("refused")));
  setText(byId("errors"), count(sum("errors")));
  byId("refused").classList.toggle("bad", sum("refused") > 0);
  byId("errors").classList.toggle("bad", sum("errors") > 0);

  const most = Math.max(1, ...recent);
  const left = 60 - recent.length;
  byId("spark").firstElementChild.setAttribute("points", recent.map((value, at) => `${(left + at) * 2},${(26 - value / most * 24).toFixed(1)}`).join(" "));

  const named = [...figures.middleware].map(([name, one]) => ({ name, ...one }));
  pick("slowest", named.filter(one => one.p99 !== null).sort((a, b) => b.p99 - a.p99)[0], one => `${time(one.p99)} p99`);
  pick("refuser", named.filter(one => one.refused > 0).sort((a, b) => b.refused - a.refused)[0], one => `${count(one.refused)} refused`);
}

function pick(id, one, figure) {
  const element = byId(id);
  if (!one) return setText(element, "none yet");
  if (element.children.length === 0) element.replaceChildren(make("span", { class: "name" }), make("small", {}));
  setText(element.children[0], one.name);
  setText(element.children[1], figure(one));
}

function say(state, text) {
  byId("live").dataset.state = state;
  setText(byId("live-text"), text);
}

function listen() {
  const stream = new EventSource(`${base}/live`);

  stream.addEventListener("figures", async message => {
    const event = JSON.parse(message.data);
    say("good", "Live");
    if (event.version !== model.version) await load();
    take(event);
  });

  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return say("wait", "Reconnecting");
    // Refused: too many look at once, or the login is over.
    say("bad", "Not live");
    setTimeout(listen, 10000);
  });
}
