'use strict';
// The page about the API, drawn from the API's own document. Everything reaches the page as text nodes.

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const DEEPEST = 5; // of schemas in each other; a type may hold itself
const COPIED_MS = 1500;

const at = (id) => document.getElementById(id);
let api = null;

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

/** Of CommonMark, paragraphs and `code` are enough here. */
function prose(text) {
  return (text || '').split('\n\n').filter(Boolean).map((paragraph) => {
    const parts = paragraph.split('`').map((part, index) => (index % 2 ? make('code', '', part) : part));
    return make('p', '', ...parts);
  });
}

// --- Schemas -----------------------------------------------------------------------------------
function resolved(part) {
  if (!part || !part.$ref) return part || {};
  const target = part.$ref.slice(2).split('/').reduce((value, step) => value[step], api);
  return { ...target, ...part, $ref: undefined, name: part.$ref.split('/').pop() };
}

/** Without the null that an optional value may also be. */
function present(part) {
  const schema = resolved(part);
  const choice = (schema.anyOf || []).find((each) => each.type !== 'null');
  if (choice && schema.anyOf.some((each) => each.type === 'null')) return { ...resolved(choice), nullable: true };
  return schema;
}

function kindOf(part) {
  const schema = present(part);
  const types = [].concat(schema.type || []).filter((type) => type !== 'null');
  let kind = schema.name || types.join(' or ') || 'anything';
  if (types[0] === 'array') kind = `list of ${kindOf(schema.items)}`;
  if (schema.format && !schema.name && schema.format !== 'int64') kind = schema.format;
  if (formatsOf(schema)) kind = formatsOf(schema);
  const nullable = schema.nullable || [].concat(schema.type || []).includes('null');
  return nullable ? `${kind} or null` : kind;
}

function limitsOf(part) {
  const schema = present(part);
  const words = [];
  if (schema.minimum !== undefined && schema.maximum !== undefined) words.push(`${schema.minimum} to ${schema.maximum}`);
  else if (schema.minimum !== undefined) words.push(`at least ${schema.minimum}`);
  else if (schema.maximum !== undefined) words.push(`at most ${schema.maximum}`);
  if (schema.maxLength !== undefined) words.push(`at most ${schema.maxLength} characters`);
  if (schema.enum) words.push(`one of ${schema.enum.filter((each) => each !== null).join(', ')}`);
  if (schema.pattern) words.push(schema.pattern);
  if (schema.default !== undefined) words.push(`usually ${JSON.stringify(schema.default)}`);
  return words.join(' · ');
}

/** A choice of formats has them as its kind. */
const formatsOf = (schema) => (schema.anyOf || []).map((each) => each.format).filter(Boolean).join(' or ');

function memberItem(name, part, required, depth) {
  const schema = present(part);
  const inner = [].concat(schema.type).includes('array') ? present(schema.items) : schema;
  const item = make('li', '', make('code', '', name), ' ', make('span', 'kind', kindOf(part)));
  if (required) item.append(' ', make('span', 'must', 'required'));
  const limits = limitsOf(part);
  if (limits) item.append(' ', make('span', 'kind', `(${limits})`));
  if (schema.description) item.append(make('span', 'says', schema.description));
  if (inner.properties && depth < DEEPEST) {
    const details = make('details', '', make('summary', '', `Members of ${inner.name || name}`));
    details.addEventListener('toggle', () => {
      if (details.open && details.childElementCount === 1) details.append(memberList(inner, depth + 1));
    });
    item.append(details);
  }
  return item;
}

/** Of what is sent, what is required is marked; what comes out has nearly all members always. */
function memberList(schema, depth = 0) {
  const sent = schema.additionalProperties === false;
  const required = new Set(sent ? schema.required : []);
  const members = Object.entries(schema.properties || {});
  return make('ul', 'members', ...members.map(([name, part]) => memberItem(name, part, required.has(name), depth)));
}

// --- Examples ----------------------------------------------------------------------------------
function exampleOf(part, depth = 0) {
  const schema = present(part);
  if (schema.examples) return schema.examples[0];
  if (schema.default !== undefined && schema.default !== '') return schema.default;
  if (schema.enum) return schema.enum[0];
  const type = [].concat(schema.type || [])[0];
  if (type === 'object' && depth < DEEPEST) {
    const wanted = new Set(schema.required || []);
    const members = Object.entries(schema.properties || {})
      .filter(([name, each]) => wanted.has(name) || resolved(each).examples);
    return Object.fromEntries(members.map(([name, each]) => [name, exampleOf(each, depth + 1)]));
  }
  return { array: [], integer: schema.minimum || 1, number: schema.minimum || 1, boolean: true, object: {} }[type] ?? 'text';
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function curlOf(path, method, operation) {
  const lines = [];
  const address = location.origin + path.replaceAll(/\{(\w+)\}/g, (_, name) => `${name.toUpperCase()}`);
  lines.push(`curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${quoted(address)}`);
  if (!operation.security || operation.security.length) lines.push(`-H "Authorization: Bearer $TOKEN"`);
  for (const each of (operation.parameters || []).map(resolved)) {
    if (each.in === 'header' && each.required) lines.push(`-H ${quoted(`${each.name}: "..."`)}`);
  }
  if (operation.requestBody) {
    const { schema } = operation.requestBody.content['application/json'];
    lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(exampleOf(schema)))}`);
  }
  return lines.join(' \\\n  ');
}

function copyable(text) {
  const button = make('button', '', 'Copy');
  button.type = 'button';
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(button.nextElementSibling); // no clipboard without https: mark it instead
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, COPIED_MS);
  });
  return make('div', 'example', button, make('pre', '', text));
}

// --- Operations --------------------------------------------------------------------------------
function statusList(operation) {
  const rows = Object.entries(operation.responses).flatMap(([status, part]) => {
    const response = resolved(part);
    const types = Object.keys(response.content || {}).filter((type) => !/json$/.test(type));
    const words = make('dd', '', response.description);
    if (types.length) words.append(' (', ...types.flatMap((type, index) => [index ? ', ' : '', make('code', '', type)]), ')');
    return [make('dt', '', status), words];
  });
  return make('dl', 'statuses', ...rows);
}

function answerOf(operation) {
  const good = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
  const body = good && resolved(good[1]).content?.['application/json'];
  return body ? present(body.schema) : null;
}

function operationCard(path, method, operation) {
  const card = make('article', 'operation card', make('h3', '', operation.summary),
    make('p', 'address', make('span', `method ${method}`, method.toUpperCase()), make('code', '', path)),
    ...prose(operation.description));
  card.id = operation.operationId;
  const parameters = (operation.parameters || []).map(resolved);
  if (parameters.length) {
    card.append(make('h4', '', 'Parameters'), make('ul', 'members', ...parameters.map((each) => memberItem(
      each.in === 'query' ? `?${each.name}` : each.name, { description: each.description, ...each.schema }, each.required, DEEPEST))));
  }
  if (operation.requestBody) {
    const schema = present(operation.requestBody.content['application/json'].schema);
    card.append(make('h4', '', `Body${schema.name ? `: ${schema.name}` : ''}`), memberList(schema));
  }
  const answer = answerOf(operation);
  if (answer?.properties) card.append(make('h4', '', `Answer: ${answer.name || 'object'}`), memberList(answer));
  card.append(make('h4', '', 'Statuses'), statusList(operation), make('h4', '', 'Example'), copyable(curlOf(path, method, operation)));
  return card;
}

function allOperations() {
  return Object.entries(api.paths).flatMap(([path, methods]) => METHODS.filter((method) => methods[method])
    .map((method) => ({ path, method, operation: methods[method] })));
}

function draw() {
  const wanted = at('find').value.trim().toLowerCase().split(/\s+/);
  const found = allOperations().filter(({ path, method, operation }) => {
    const text = [method, path, operation.operationId, operation.summary, operation.description, ...operation.tags].join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  const groups = api.tags.map((tag) => ({ tag, members: found.filter(({ operation }) => operation.tags[0] === tag.name) }))
    .filter(({ members }) => members.length);
  at('operations').replaceChildren(...groups.map(({ tag, members }) => make('section', '', make('h2', 'group', tag.name),
    make('p', 'quiet', tag.description), ...members.map((each) => operationCard(each.path, each.method, each.operation)))));
  at('contents').replaceChildren(...groups.flatMap(({ tag, members }) => [make('h2', '', tag.name),
    make('ul', '', ...members.map(({ operation }) => {
      const link = make('a', '', operation.summary);
      link.href = `#${operation.operationId}`;
      return make('li', '', link);
    }))]));
  at('none').hidden = found.length > 0;
  at('count').textContent = `${found.length} endpoint${found.length === 1 ? '' : 's'}`;
}

function drawProblems() {
  const cards = (api['x-problem-types'] || []).map((problem) => {
    const card = make('article', 'operation card', make('h3', '', problem.title), ...prose(problem.text), make('p', 'kind', problem.type));
    card.id = problem.type.split('#')[1];
    return card;
  });
  at('problems').append(...cards);
  at('problems').hidden = cards.length === 0;
}

/** The part of the page that the address names exists only now. */
function goToAnchor() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) target.scrollIntoView();
}

async function start() {
  try {
    const response = await fetch('/api/openapi.json');
    if (!response.ok) throw new Error(response.statusText);
    api = await response.json();
  } catch {
    at('offline').hidden = false;
    return;
  }
  at('version').textContent = api.info.version;
  at('version').hidden = false;
  at('about').replaceWith(...prose(api.info.description));
  draw();
  drawProblems();
  goToAnchor();
  at('find').addEventListener('input', draw);
}

start();
