// What can be done on the page: log in, order, look at the dashboard.

import { $, call, element, reason } from './calls.js';

/** The access token lives in this variable alone: no script of another page and no restart of the browser finds it. */
let token = null;

/** Tells a reloaded page that asking for the profile is worthwhile. It holds no secret. */
const remembered = {
  get: () => sessionStorage.getItem('logged-in') === 'yes',
  set: (value) => (value ? sessionStorage.setItem('logged-in', 'yes') : sessionStorage.removeItem('logged-in')),
};

function notice(id, text, state) {
  const target = $(id);
  target.textContent = text ?? '';
  target.dataset.state = state ?? '';
}

// ---- Account

async function logIn(username, password) {
  const login = await call('POST', '/login', { body: { username, password } });

  if (!login.ok) {
    notice('account-notice', reason(login), 'bad');
    return;
  }

  remembered.set(true);
  const issued = await call('POST', '/token', { body: { username, password } });
  token = issued.ok ? issued.data?.access_token ?? null : null;
  $('password').value = '';
  notice('account-notice', login.data?.message ?? 'Logged in.', 'good');
  await loadProfile();
  await loadOrders();
  if (!issued.ok) notice('orders-notice', reason(issued), 'bad');

  // The form that had the focus is gone.
  $(token === null ? 'logout' : 'item').focus();
}

async function loadProfile() {
  const answer = await call('GET', '/profile');

  if (answer.ok) {
    showAccount(answer.data);
  } else {
    forget();
    notice('account-notice', reason(answer), 'bad');
  }
}

async function logOut() {
  const answer = await call('POST', '/logout');

  if (!answer.ok && answer.status !== 401) {
    notice('account-notice', reason(answer), 'bad');
    return;
  }

  forget();
  notice('account-notice', 'Logged out.', 'good');
  $('username').focus();
}

function forget() {
  token = null;
  remembered.set(false);
  showAccount(null);
  showOrders([]);
  showDashboard(null);
  notice('admin-notice');
}

function showAccount(account) {
  $('login').hidden = account !== null;
  $('profile').hidden = account === null;

  if (account) {
    $('profile-name').textContent = account.username ?? '';
    $('profile-id').textContent = account.user_id ?? '';
    $('avatar').textContent = String(account.username ?? '?').slice(0, 1);
  }

  showAccess(account !== null);
}

/** What can be done now; the reason is said where a button can't be pressed. */
function showAccess(loggedIn) {
  const ready = loggedIn && token !== null;
  for (const control of [...$('order').elements, $('refresh-orders'), $('open-dashboard'), $('close-desk'), $('open-desk')]) control.disabled = !ready;

  if (ready) {
    notice('orders-notice');
  } else if (loggedIn) {
    notice('orders-notice', 'Tokens are kept in this page alone and a reload drops them: log out and in again to order.');
  } else {
    notice('orders-notice', 'Log in to place orders.');
  }
}

// ---- Orders

async function loadOrders() {
  if (token === null) return;
  const answer = await call('GET', '/api/orders', { token });

  if (answer.ok) {
    showOrders(Array.isArray(answer.data) ? answer.data : answer.data?.orders ?? []);
  } else {
    refused('orders-notice', answer);
  }
}

async function placeOrder(item, quantity) {
  const answer = await call('POST', '/api/orders', { body: { item, quantity }, token });

  if (!answer.ok) {
    refused('orders-notice', answer);
    return;
  }

  notice('orders-notice', `Ordered ${quantity} × ${item}.`, 'good');
  $('order').reset();
  $('item').focus();
  await loadOrders();
}

async function checkOrder(id) {
  const answer = await call('GET', `/api/orders/${encodeURIComponent(id)}`, { token });

  if (answer.ok) {
    notice('orders-notice', `Order ${answer.data?.id ?? id}: ${answer.data?.quantity} × ${answer.data?.item}.`, 'good');
  } else {
    refused('orders-notice', answer);
  }
}

function refused(id, answer) {
  if (answer.status === 401) {
    token = null;
    showAccess(!$('profile').hidden);
  }

  notice(id, reason(answer), 'bad');
}

function showOrders(orders) {
  $('order-count').textContent = orders.length;
  $('orders').replaceChildren(...[...orders].reverse().map((order) => {
    const row = element('li');
    const what = element('span', 'what', order.item);
    const check = element('button', 'quiet', 'Check');
    what.append(element('small', '', `Order ${order.id}`));
    check.type = 'button';
    check.setAttribute('aria-label', `Check order ${order.id}`);
    check.addEventListener('click', () => checkOrder(order.id));
    row.append(element('span', 'quantity', `${order.quantity} ×`), what, check);
    return row;
  }));
}

// ---- Admin

async function openDashboard() {
  const answer = await call('GET', '/admin/dashboard', { token });

  if (answer.ok) {
    notice('admin-notice');
    showDashboard(answer.data);
  } else {
    showDashboard(null);
    refused('admin-notice', answer);
  }
}

function showDashboard(data) {
  const tiles = Object.entries(data ?? {}).map(([name, value]) => {
    const tile = element('div');
    tile.append(element('dt', '', name.replaceAll('_', ' ')), element('dd', '', typeof value === 'object' ? JSON.stringify(value) : value));
    return tile;
  });
  $('dashboard').replaceChildren(...tiles);
  $('dashboard').hidden = tiles.length === 0;
}

async function switchDesk(method, said) {
  const answer = await call(method, '/admin/maintenance', { token });

  if (answer.ok) {
    notice('admin-notice', said, 'good');
    await loadStatus();
  } else {
    refused('admin-notice', answer);
  }
}

// ---- Service

async function loadStatus() {
  const answer = await call('GET', '/api/status');
  $('service').dataset.state = answer.ok ? 'good' : 'bad';
  $('service-text').textContent = answer.ok ? 'Service is up' : answer.data?.code === 'maintenance_mode' ? 'Desk is closed' : 'Service is down';
}

async function loadCatalogue() {
  const answer = await call('GET', '/catalogue');
  $('catalogue').replaceChildren(...(answer.data ?? []).map(({ item, description }) => {
    const option = element('option', '', description);
    option.value = item;
    return option;
  }));
}

// ---- Wiring

/** Runs one action of a form or button at a time: a double click is one order. */
function once(trigger, action) {
  let running = false;
  return async (event) => {
    event.preventDefault();
    if (running) return;
    running = true;
    trigger.setAttribute('aria-busy', 'true');
    try {
      await action();
    } finally {
      running = false;
      trigger.removeAttribute('aria-busy');
    }
  };
}

$('login').addEventListener('submit', once($('login'), () => logIn($('username').value, $('password').value)));
$('order').addEventListener('submit', once($('order'), () => placeOrder($('item').value.trim(), $('quantity').valueAsNumber)));

for (const [id, action] of [['reload-profile', loadProfile], ['logout', logOut], ['refresh-orders', loadOrders], ['open-dashboard', openDashboard],
  ['close-desk', () => switchDesk('PUT', 'The desk is closed.')], ['open-desk', () => switchDesk('DELETE', 'The desk is open.')]]) {
  $(id).addEventListener('click', once($(id), action));
}

for (const chip of document.querySelectorAll('[data-user]')) {
  chip.addEventListener('click', () => {
    $('username').value = chip.dataset.user;
    $('password').value = chip.dataset.password;
    $('login').querySelector('[type=submit]').focus();
  });
}

for (const step of document.querySelectorAll('[data-step]')) {
  step.addEventListener('click', () => (step.dataset.step > 0 ? $('quantity').stepUp() : $('quantity').stepDown()));
}

$('clear-log').addEventListener('click', () => $('log').replaceChildren());

showAccount(null);
await Promise.all([loadStatus(), loadCatalogue()]);
if (remembered.get()) await loadProfile();
