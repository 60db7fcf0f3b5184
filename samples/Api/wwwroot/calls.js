// Calls of the API, and the list that shows each with what its middleware added.
// Everything that comes from the server is shown with textContent, never as markup.

export const $ = (id) => document.getElementById(id);

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = String(text);
  return made;
}

/** Calls the API and lists the call. Never throws: where nobody answers, the status is 0. */
export async function call(method, path, { body, token } = {}) {
  const headers = { Accept: 'application/json' };
  if (body) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;

  try {
    const response = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: 'no-store' });
    const text = await response.text();
    const answer = { ok: response.ok, status: response.status, headers: response.headers, data: read(text), text };
    record(method, path, answer);
    return answer;
  } catch {
    const answer = { ok: false, status: 0, headers: new Headers(), data: null, text: '' };
    record(method, path, answer);
    return answer;
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Why a call was refused, in the server's words where it said any. */
export function reason(answer) {
  if (answer.status === 0) return 'The server did not answer. Is it running?';
  const wait = answer.headers.get('Retry-After');
  const said = answer.data?.detail ?? answer.data?.title ?? answer.data?.message ?? `The server answered ${answer.status}.`;
  return wait ? `${said} Try again in ${wait} s.` : said;
}

// The list of calls

const shown = 30;

function record(method, path, answer) {
  const line = element('div', 'line');
  const status = element('span', 'status', answer.status || 'no answer');
  status.dataset.state = answer.ok ? 'good' : answer.status >= 400 && answer.status < 500 ? 'warn' : 'bad';
  line.append(element('span', 'method', method), element('span', 'path', path), status);

  const facts = element('dl', 'facts');
  const left = answer.headers.get('X-RateLimit-Remaining');
  const limit = answer.headers.get('X-RateLimit-Limit');
  fact(facts, 'Request id', answer.headers.get('X-Request-ID'));
  fact(facts, 'Response time', answer.headers.get('X-Response-Time'));
  fact(facts, 'Limit left', left && limit ? `${left} of ${limit}` : left);
  fact(facts, 'Cache', answer.headers.get('X-Cache'));
  fact(facts, 'Retry after', answer.headers.get('Retry-After') && `${answer.headers.get('Retry-After')} s`);

  const entry = element('li');
  entry.append(line, facts);

  if (answer.text) {
    const details = element('details');
    details.append(element('summary', '', 'Answer'), element('pre', '', pretty(answer)));
    entry.append(details);
  }

  $('log').prepend(entry);
  while ($('log').children.length > shown) $('log').lastElementChild.remove();
}

function fact(list, name, value) {
  if (value) list.append(element('dt', '', name), element('dd', '', value));
}

/** A token is shown by its beginning only, so that a screenshot of this page gives nothing away. */
function pretty(answer) {
  if (answer.data === null) return answer.text;
  return JSON.stringify(answer.data, (key, value) => (key === 'access_token' ? `${String(value).slice(0, 12)}…` : value), 2);
}
