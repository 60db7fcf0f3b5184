"use strict";

const base = document.body.dataset.base;
const byId = id => document.getElementById(id);
const overview = -2;
const unmatched = -1;

// What the application is (model), what is counted (figures), and what the reader looks at (view).
let model = { version: 0, routes: [], entries: [], none: { links: [], methods: [] } };
const figures = { routes: new Map(), links: new Map(), middleware: new Map(), since: "", at: 0 };
const view = { selected: overview, detail: null, shown: [], sort: "p99" };

// Texts go into the page as text, never as markup: the page's policy would not let them.
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) element.style.setProperty(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

const whole = new Intl.NumberFormat("en");
const count = number => number < 1e5 ? whole.format(number) : new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(number);
const rate = number => number === 0 ? "0" : number < 10 ? number.toFixed(1) : whole.format(Math.round(number));
const plural = (number, word) => `${whole.format(number)} ${word}${number === 1 ? "" : "s"}`;

// Microseconds in the unit that keeps three digits.
function time(microseconds) {
  if (microseconds === null || microseconds === undefined) return "–";
  const [value, unit] = microseconds < 1000 ? [microseconds, "µs"] : microseconds < 1e6 ? [microseconds / 1000, "ms"] : [microseconds / 1e6, "s"];
  return `${value < 10 ? value.toFixed(value < 1 ? 2 : 1) : Math.round(value)} ${unit}`;
}

const aliasOf = entry => entry.split(":", 1)[0];
const routeOf = number => number === unmatched ? model.none : model.routes[number];
const entriesOf = route => route.links.map(link => model.entries[link]);

async function read(path) {
  const answer = await fetch(`${base}${path}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}
