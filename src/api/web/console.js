'use strict';
// The console: a list of calls and one call at a time, kept fresh by asking every few seconds.
// Whatever callers say reaches the page as text nodes only.

const REFRESH_MS = 3000;
const REQUEST_MS = 8000;
const TRIAL_MS = 60000;
const SLOW_MS = 500;
const BAR_MS = 1000;
const OUTCOMES = {
  in_progress: ['On the line', 'live'], answered: ['Answered', 'good'], transferred: ['Transferred', 'good'],
  missed: ['Missed', 'warn'], rejected: ['Rejected', 'warn'], interrupted: ['Cut off', 'warn'], failed: ['Failed', 'bad'],
};
const STAGES = { endpoint_ms: 'end of turn', stt_ms: 'recognition', llm_ms: 'model', tts_ms: 'voice' };

const at = (id) => document.getElementById(id);
const state = { calls: new Map(), rows: new Map(), cursor: null, paged: false, shown: null, drawn: '', health: null, trying: false, linesDrawn: '' };

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== ''));
  return element;
}

async function get(path, parameters = {}, renewed = false) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  const address = query.size ? `${path}?${query}` : path;
  const response = await fetch(address, { signal: AbortSignal.timeout(REQUEST_MS) });
  if (response.ok) return response.json();
  if (response.status === 401) return signInAgain(path, parameters, renewed);
  const problem = await response.json().catch(() => ({}));
  throw Object.assign(new Error(problem.detail || response.statusText), { status: response.status });
}

// The session's cookie is renewed quietly, once for all requests that found it over; else the page for signing in.
let renewal = null;

function post(path) {
  return fetch(path, {
    method: 'POST', body: path.endsWith('refresh') ? '{}' : undefined, signal: AbortSignal.timeout(REQUEST_MS),
    headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'frontdesk' },
  });
}

async function signInAgain(path, parameters, tried) {
  renewal ??= post('/api/auth/refresh').finally(() => setTimeout(() => { renewal = null; }, REFRESH_MS));
  if (!tried && (await renewal).ok) return get(path, parameters, true);
  location.replace('/sign-in');
  return new Promise(() => {});
}

async function drawAccount() {
  const me = await get('/api/me');
  at('account').hidden = !me.signed_up;
  at('account-name').textContent = me.name || me.email;
}

// --- Values in words ---------------------------------------------------------------------------
const two = (number) => String(number).padStart(2, '0');
const clock = (ms) => `${Math.floor(ms / 60000)}:${two(Math.floor(ms / 1000) % 60)}`;
const milliseconds = (ms) => (ms === null ? '–' : `${ms} ms`);
const caller = (call) => call.caller_name || call.caller || (call.identity.withheld ? 'Number withheld' : 'Unknown caller');
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

function when(iso) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return today ? timeFormat.format(date) : `${dayFormat.format(date)}, ${timeFormat.format(date)}`;
}

function badge(status) {
  const [label, tone] = OUTCOMES[status] || [status, ''];
  return make('span', `badge ${tone}`, label);
}

function priority(call) {
  return call.priority ? make('span', 'badge plain', 'Priority') : '';
}

function lengthOf(call) {
  if (call.status !== 'in_progress') return clock(call.duration_ms);
  return clock(Math.max(0, Date.now() - new Date(call.answered_at || call.started_at)));
}

function median(numbers) {
  const sorted = numbers.filter((number) => number !== null).sort((a, b) => a - b);
  return sorted.length ? sorted[Math.floor((sorted.length - 1) / 2)] : null;
}

// --- The list ----------------------------------------------------------------------------------
const filter = () => ({ caller: at('caller').value.trim(), status: at('status').value });

function drawRow(call) {
  const link = make('a', '', caller(call));
  link.href = `#/calls/${encodeURIComponent(call.id)}`;
  const number = call.caller_name && call.caller ? make('span', 'sub', call.caller) : null;
  const reason = call.status === 'rejected' ? make('span', 'sub', call.end_reason) : null;
  const row = make('tr', '', make('td', '', when(call.started_at)), make('td', '', link, number),
    make('td', '', badge(call.status), priority(call), reason), make('td', 'n', lengthOf(call)), make('td', 'n', String(call.turn_count)),
    make('td', 'n', milliseconds(call.gap_p50_ms)));
  row.addEventListener('click', () => { location.hash = link.hash; });
  return row;
}

// Rows that did not change stay, so that focus and selection survive a refresh.
function drawRows() {
  const calls = [...state.calls.values()].sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
  const wanted = calls.map((call) => {
    const key = JSON.stringify(call) + lengthOf(call) + when(call.started_at);
    const old = state.rows.get(call.id);
    if (old && old.key === key) return [call.id, old];
    const row = drawRow(call);
    if (old && old.row.contains(document.activeElement)) queueMicrotask(() => row.querySelector('a').focus());
    return [call.id, { key, row }];
  });
  state.rows = new Map(wanted);
  const rows = wanted.map(([, { row }]) => row);
  const body = at('rows');
  for (const row of [...body.children]) if (!rows.includes(row)) row.remove();
  rows.forEach((row, i) => { if (body.children[i] !== row) body.insertBefore(row, body.children[i] || null); });
  const filtered = Object.values(filter()).some(Boolean);
  at('table').hidden = !calls.length;
  at('filters').hidden = !calls.length && !filtered;
  at('none').hidden = calls.length > 0 || !filtered;
  at('empty').hidden = calls.length > 0 || filtered;
  at('older').hidden = !state.cursor;
  return calls;
}

function drawTiles(calls, messages) {
  const { health } = state;
  const tile = (label, value) => make('div', 'tile', make('b', '', value), make('span', '', label));
  at('tiles').replaceChildren(
    tile('on the line now', String(health.calls.now)), tile('answered since start', String(health.calls.accepted)),
    tile('median reply time', milliseconds(median(calls.map((call) => call.gap_p50_ms)))),
    tile('new messages', String(messages.filter((message) => message.status === 'new').length)));
}

async function refreshList() {
  const asked = filter();
  const [page, { messages }] = await Promise.all([get('/api/calls/logs', asked), get('/api/messages')]);
  if (JSON.stringify(asked) !== JSON.stringify(filter())) return;
  for (const call of page.calls) state.calls.set(call.id, call);
  if (!state.paged) state.cursor = page.next_cursor;
  drawTiles(drawRows(), messages);
}

async function showOlder() {
  const page = await get('/api/calls/logs', { ...filter(), cursor: state.cursor });
  for (const call of page.calls) state.calls.set(call.id, call);
  Object.assign(state, { cursor: page.next_cursor, paged: true });
  drawRows();
}

function startOver() {
  Object.assign(state, { calls: new Map(), cursor: null, paged: false });
  refresh();
}

// --- One call ----------------------------------------------------------------------------------
function words(turn) {
  const cut = turn.interrupted && turn.text.startsWith(turn.heard);
  return cut ? [turn.heard, ' ', make('span', 'unheard', turn.text.slice(turn.heard.length).trimStart())] : [turn.text];
}

function drawTurn(turn) {
  const bubble = make('button', 'bubble', ...words(turn));
  bubble.type = 'button';
  bubble.title = 'Listen from here';
  bubble.addEventListener('click', () => seek(turn.started_ms));
  const who = turn.speaker === 'caller' ? 'Caller' : 'Receptionist';
  const gap = turn.gap_ms === null ? null : make('span', turn.gap_ms > SLOW_MS ? 'slow' : '', ` · replied in ${turn.gap_ms} ms`);
  const notes = [turn.interrupted ? ' · interrupted' : '', turn.sources.length ? ` · from ${turn.sources.join(', ')}` : ''];
  const item = make('li', turn.speaker, bubble, make('div', 'meta', `${who} ${clock(turn.started_ms)}`, gap, ...notes));
  item.dataset.from = turn.started_ms;
  return item;
}

function drawBar(turn) {
  const svg = (tag, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const slow = turn.gap_ms > SLOW_MS;
  const picture = svg('svg', { viewBox: `0 0 ${BAR_MS} 9`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  const width = Math.max(0, Math.min(turn.gap_ms, BAR_MS));
  picture.append(svg('rect', { class: 'track', width: BAR_MS, height: 9 }),
    svg('rect', { class: slow ? 'gap slow' : 'gap', width, height: 9 }),
    svg('path', { class: 'mark', d: `M${SLOW_MS} 0v9`, 'vector-effect': 'non-scaling-stroke' }));
  const bar = make('div', 'bar', make('div', '', make('span', '', turn.text), make('b', '', milliseconds(turn.gap_ms))), picture);
  bar.title = Object.entries(STAGES).filter(([key]) => turn[key] !== null).map(([key, label]) => `${label} ${turn[key]} ms`).join(', ');
  return bar;
}

function drawFacts(id, facts) {
  const pairs = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false);
  at(id).replaceChildren(...pairs.flatMap(([name, value]) => [make('dt', '', name), make('dd', '', String(value))]));
}

function drawIdentity(call) {
  const { identity } = call;
  drawFacts('identity', {
    Number: identity.withheld ? 'withheld' : call.caller, 'Given by': identity.asserted_by,
    Trust: identity.attestation_words, Signed: identity.statement, Diverted: identity.diverted_words,
    Priority: call.priority && 'on your priority list', Called: call.called, Line: call.trunk,
    [call.status === 'rejected' ? 'Turned away' : 'Let in']: call.screening, 'SIP answer': call.sip_status,
  });
}

function drawNumbers(call) {
  const ended = call.status !== 'in_progress';
  const percent = call.ai_confidence === null ? null : `${Math.round(call.ai_confidence * 100)} %`;
  drawFacts('numbers', {
    Length: lengthOf(call), Turns: call.turn_count,
    'Reply, median': ended && milliseconds(call.gap_p50_ms), 'Reply, 95 %': ended && milliseconds(call.gap_p95_ms), Confidence: percent,
    End: call.status === 'rejected' ? '' : call.end_reason,
  });
}

// Calls of older versions have loss and jitter alone.
function drawQuality(call) {
  const { quality } = call;
  at('sound').hidden = call.status === 'in_progress' || call.status === 'rejected';
  at('sound-words').textContent = quality.words ? `Sound quality: ${quality.words}` : 'Sound quality';
  const counted = quality.packets_in > 0;
  drawFacts('quality', {
    'Packets lost': counted ? `${quality.packets_lost} of ${quality.packets_in + quality.packets_lost}` : `${quality.loss_percent.toFixed(1)} %`,
    'Jitter, mean': `${quality.jitter_mean_ms.toFixed(1)} ms`, 'Jitter, most': counted && `${quality.jitter_max_ms.toFixed(1)} ms`,
    'Round trip': quality.round_trip_ms !== null && `${quality.round_trip_ms} ms`,
    Codec: quality.codec, Packets: quality.packet_ms > 0 && `${quality.packet_ms} ms`, Encryption: quality.encryption_words,
  });
}

function drawMessage(message) {
  const from = [message.name, message.number].filter(Boolean).join(', ') || 'No name left';
  return make('div', 'message', make('b', '', from), make('p', '', message.reason), make('p', 'quiet', when(message.taken_at)));
}

function drawCall(call) {
  document.title = `${caller(call)} – Frontdesk`;
  at('who').textContent = caller(call);
  at('facts').replaceChildren(badge(call.status), priority(call), make('span', 'badge plain', new Date(call.started_at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })));
  drawIdentity(call);
  drawNumbers(call);
  drawQuality(call);
  const live = call.status === 'in_progress';
  const key = JSON.stringify([call.id, call.turns, call.messages, live, call.recording_url]);
  if (key === state.drawn) return;
  state.drawn = key;
  refreshDecisions().catch(() => {});
  const playable = call.recording_url && !live;
  at('audio').hidden = !playable;
  if (playable && at('audio').getAttribute('src') !== call.recording_url) at('audio').src = call.recording_url;
  at('silent').hidden = playable;
  at('silent').textContent = live ? 'The call is going on. The recording can be played when it has ended.' : call.status === 'rejected' ? 'This call was turned away before it was answered.' : 'This call was not recorded.';
  at('bubbles').replaceChildren(...call.turns.map(drawTurn));
  const replies = call.turns.filter((turn) => turn.gap_ms !== null);
  at('replies').hidden = !replies.length;
  at('bars').replaceChildren(...replies.map(drawBar));
  at('messages').hidden = !call.messages.length;
  at('message-list').replaceChildren(...call.messages.map(drawMessage));
  follow();
}

async function refreshCall(id) {
  try {
    const call = await get(`/api/calls/${encodeURIComponent(id)}`);
    if (state.shown === id) drawCall(call);
  } catch (error) {
    if (error.status !== 404) throw error;
    location.hash = '#/';
  }
}

// Asked for only while somebody looks at them.
async function refreshDecisions() {
  const id = state.shown;
  if (!at('why').open || !id) return;
  const { decisions } = await get(`/api/calls/${encodeURIComponent(id)}/decisions`);
  if (state.shown === id) at('decisions').replaceChildren(...decisions.map(drawDecision));
}

function drawDecision(each) {
  const when = each.after_answer_ms === null ? '' : `${(each.after_answer_ms / 1000).toFixed(3)} s `;
  return make('li', '', make('span', 'quiet', when), make('b', '', each.decision), ` ${each.reason}`);
}

function seek(ms) {
  const audio = at('audio');
  if (audio.hidden) return;
  audio.currentTime = ms / 1000;
  audio.play().catch(() => {});
}

function follow() {
  const audio = at('audio');
  const started = !audio.hidden && (audio.currentTime > 0 || !audio.paused);
  const now = audio.currentTime * 1000 + 50;
  const turns = [...at('bubbles').children];
  const current = started ? turns.filter((turn) => Number(turn.dataset.from) <= now).pop() : undefined;
  for (const turn of turns) {
    const was = turn.classList.contains('current');
    turn.classList.toggle('current', turn === current);
    if (turn === current && !was && !audio.paused) turn.scrollIntoView({ block: 'nearest' });
  }
}

// --- Telephone lines ---------------------------------------------------------------------------
const LINE_STATES = {
  registered: ['works', 'good'], peered: ['ready for calls', 'good'], registering: ['signing in…', 'warn'],
  failed: ['does not work', 'bad'], unregistered: ['signed off', 'warn'],
};
const STEP_MARKS = { running: '…', ok: '✓', warn: '!', failed: '✗', skipped: '–' };
const lineState = (line) => LINE_STATES[line.state] || [line.state, ''];
const pause = (ms) => (ms < 90000 ? `${Math.max(1, Math.round(ms / 1000))} s` : `${Math.round(ms / 60000)} min`);

function nextAttempt(line) {
  if (line.next_attempt_ms === null) return '';
  return `${line.working ? 'checked again' : 'tried again'} in ${pause(line.next_attempt_ms)}`;
}

function drawLine(line) {
  const [label, tone] = lineState(line);
  const button = make('button', 'button', 'Test connection');
  button.type = 'button';
  button.disabled = state.trying;
  button.addEventListener('click', () => tryLine(line.name));
  const facts = make('p', 'quiet', [`since ${when(line.changed_at)}`, nextAttempt(line)].filter(Boolean).join(' · '));
  return make('li', '', make('div', '', make('b', '', line.name), ' ', make('span', `badge ${tone}`, label), make('p', '', line.detail), facts), button);
}

function drawLines(lines) {
  at('lines').hidden = !lines.length;
  const key = JSON.stringify([state.trying, ...lines.map((line) => [line.name, line.state, line.detail, when(line.changed_at), nextAttempt(line)])]);
  if (key === state.linesDrawn) return;
  state.linesDrawn = key;
  const focused = [...at('line-list').querySelectorAll('button')].indexOf(document.activeElement);
  at('line-list').replaceChildren(...lines.map(drawLine));
  if (focused >= 0) at('line-list').querySelectorAll('button')[focused]?.focus();
}

function drawStep(step) {
  const advice = step.cause ? make('p', '', step.cause, make('br'), make('b', '', step.fix)) : null;
  const took = step.took_ms === null || step.state === 'skipped' ? '' : ` ${Math.round(step.took_ms)} ms`;
  const item = make('li', `step-${step.state}`, make('span', 'mark', STEP_MARKS[step.state]), make('div', '',
    make('b', '', step.title), make('span', 'quiet', took), make('p', '', step.sentence), advice));
  item.dataset.step = step.step;
  const old = at('trial-steps').querySelector(`[data-step="${step.step}"]`);
  if (old) old.replaceWith(item); else at('trial-steps').append(item);
}

function drawFinding(finding, name) {
  if (finding.type === 'step') drawStep(finding);
  if (finding.type === 'result') at('trial-title').textContent = finding.ok ? `${name} works` : `${name} does not work yet`;
}

async function readFindings(response, name) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = '', part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split('\n');
    rest = lines.pop();
    for (const line of lines) drawFinding(JSON.parse(line), name);
  }
}

async function tryLine(name) {
  state.trying = true;
  drawLines(state.health.lines);
  at('trial').hidden = false;
  at('trial-title').textContent = `Testing ${name}…`;
  at('trial-steps').replaceChildren();
  try {
    const response = await fetch('/api/sip/test-connection', {
      method: 'POST', signal: AbortSignal.timeout(TRIAL_MS), body: JSON.stringify({ line: name }),
      headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'frontdesk' },
    });
    if (!response.ok) throw new Error((await response.json()).detail);
    await readFindings(response, name);
  } catch (error) {
    at('trial-title').textContent = error.message;
  }
  state.trying = false;
  refresh();
}

// --- Keeping fresh -----------------------------------------------------------------------------
function drawHealth(health) {
  state.health = health;
  at('draining').hidden = health.status !== 'draining';
  const { trunk } = health;
  at('line').hidden = !trunk;
  if (trunk) {
    const [label, tone] = lineState(trunk);
    at('line').className = `pill ${tone}`;
    at('line').textContent = `${trunk.name}: ${label}`;
    at('line').title = trunk.detail;
  }
  drawLines(health.lines || []);
  at('dial').hidden = !health.sip_address;
  at('dial').textContent = health.sip_address;
  at('empty-dial').textContent = health.sip_address;
}

let timer = 0;
async function refresh() {
  clearTimeout(timer);
  try {
    drawHealth(await get('/api/health'));
    await (state.shown ? refreshCall(state.shown) : refreshList());
    at('offline').hidden = true;
  } catch (error) {
    at('offline').hidden = false;
    at('offline').title = error.message;
  }
  clearTimeout(timer);
  timer = setTimeout(() => (document.hidden ? undefined : refresh()), REFRESH_MS);
}

function route() {
  const match = /^#\/calls\/(\w+)$/.exec(location.hash);
  const before = state.shown;
  state.shown = match ? match[1] : null;
  at('list').hidden = Boolean(match);
  at('detail').hidden = !match;
  if (!match || before !== state.shown) at('audio').removeAttribute('src');
  if (match) for (const id of ['who', 'facts', 'bubbles', 'identity', 'numbers', 'quality', 'decisions']) at(id).replaceChildren();
  else document.title = 'Frontdesk';
  state.drawn = '';
  scrollTo(0, 0);
  if (before !== state.shown) at('main').focus({ preventScroll: true });
  refresh();
}

at('sign-out').addEventListener('click', async () => {
  await post('/api/auth/logout');
  location.replace('/sign-in');
});

let typing = 0;
at('skip').addEventListener('click', (event) => { event.preventDefault(); at('main').focus(); });
at('caller').addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(startOver, 250); });
at('status').addEventListener('change', startOver);
at('older').addEventListener('click', () => showOlder().catch(refresh));
at('audio').addEventListener('timeupdate', follow);
at('why').addEventListener('toggle', () => refreshDecisions().catch(refresh));
at('audio').addEventListener('seeked', follow);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
window.addEventListener('hashchange', route);
route();
drawAccount().catch(() => {});
