/**
 * A small echo that answers as httpbin does, to have something behind the gateway:
 *
 *   /anything[/…]  what it was asked, whatever the method      /get /post    the same, for one method
 *   /headers       the request's headers                       /status/404   an answer with that status
 *   /delay/2       an answer after that many seconds, 10 at most
 *   /stream/5      that many lines of JSON, 100 at most        /bytes/1024   that many random bytes, 102400 at most
 */
import { randomBytes } from 'node:crypto';
import { createServer, STATUS_CODES } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Answer */
/** @typedef {Record<string, string | string[]>} Fields */

const MAX_BODY = 10 * 1024 * 1024;
const MAX_DELAY_SECONDS = 10;
const MAX_LINES = 100;
const MAX_BYTES = 100 * 1024;

/** @type {ReadonlyArray<readonly [RegExp, string | undefined, (request: Request, answer: Answer, value: string) => unknown]>} */
const PATHS = [
  [/^\/anything(?:\/.*)?$/, undefined, async (request, answer) => sendJson(answer, await describe(request))],
  [/^\/get$/, 'GET', (request, answer) => sendJson(answer, describeHead(request))],
  [
    /^\/post$/,
    'POST',
    async (request, answer) => sendJson(answer, without(await describe(request), 'method')),
  ],
  [/^\/headers$/, 'GET', (request, answer) => sendJson(answer, { headers: headersOf(request) })],
  [/^\/status\/([1-9]\d\d)$/, undefined, sendStatus],
  [/^\/delay\/(\d+(?:\.\d+)?)$/, undefined, sendLate],
  [/^\/stream\/(\d+)$/, 'GET', sendLines],
  [/^\/bytes\/(\d+)$/, 'GET', sendBytes],
];

/**
 * Listens on loopback. Rejects with what the system says when the port is taken.
 *
 * @param {number} port 0 takes any free one
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function startUpstream(port) {
  const server = createServer((request, answer) => {
    handle(request, answer).catch((error) => {
      // The client may have left in the middle of its body; there is nobody to tell then.
      if (!answer.headersSent) answer.writeHead(400).end(`${error.message}\n`);
      else answer.destroy();
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @param {Request} request @param {Answer} answer */
async function handle(request, answer) {
  const { pathname } = urlOf(request);
  for (const [pattern, method, send] of PATHS) {
    const match = pattern.exec(pathname);
    if (match === null) continue;
    const asked = request.method === 'HEAD' ? 'GET' : request.method;
    if (method === undefined || method === asked) await send(request, answer, match[1] ?? '');
    else answer.writeHead(405, { allow: method }).end();
    return;
  }
  answer.writeHead(404).end();
}

/** @param {Request} _request @param {Answer} answer @param {string} code */
function sendStatus(_request, answer, code) {
  const status = Number(code);
  // Node.js sends interim answers by other means; as final ones they would break the connection.
  if (status < 200) answer.writeHead(400).end('Invalid status code\n');
  else answer.writeHead(status, STATUS_CODES[status] ?? 'UNKNOWN', status === 401 ? CHALLENGE : {}).end();
}

const CHALLENGE = { 'www-authenticate': 'Basic realm="Fake Realm"' };

/** @param {Request} request @param {Answer} answer @param {string} seconds */
async function sendLate(request, answer, seconds) {
  const echo = without(await describe(request), 'method', 'json');
  await delay(Math.min(Number(seconds), MAX_DELAY_SECONDS) * 1000);
  sendJson(answer, echo);
}

/** @param {Request} request @param {Answer} answer @param {string} count */
async function sendLines(request, answer, count) {
  answer.writeHead(200, { 'content-type': 'application/json' });
  const head = describeHead(request);
  for (let id = 0; id < Math.min(Number(count), MAX_LINES); id += 1) {
    answer.write(`${JSON.stringify({ ...head, id })}\n`);
    await delay(1);
  }
  answer.end();
}

/** @param {Request} _request @param {Answer} answer @param {string} count */
function sendBytes(_request, answer, count) {
  const bytes = randomBytes(Math.min(Number(count), MAX_BYTES));
  answer.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
  answer.end(bytes);
}

/** @param {Answer} answer @param {object} value */
function sendJson(answer, value) {
  const sorted = Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = `${JSON.stringify(sorted, null, 2)}\n`;
  answer.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  answer.end(text);
}

/** What of a request is known before its body. @param {Request} request */
function describeHead(request) {
  const url = urlOf(request);
  return {
    args: fieldsOf(url.searchParams),
    headers: headersOf(request),
    origin: first(request.headers['x-forwarded-for']) ?? request.socket.remoteAddress ?? '',
    url: url.href,
  };
}

/** Everything httpbin tells about a request. @param {Request} request */
async function describe(request) {
  const type = request.headers['content-type'] ?? '';
  const body = await bodyOf(request);
  const echo = {
    ...describeHead(request),
    method: request.method,
    files: {},
    form: {},
    data: '',
    json: null,
  };
  if (/^(multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(type)) {
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    return { ...echo, ...(await splitForm(form)) };
  }
  return { ...echo, data: textOf(body), json: jsonOf(body) };
}

/** @param {FormData} form */
async function splitForm(form) {
  /** @type {[string, string][]} */
  const texts = [];
  /** @type {[string, string][]} */
  const files = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') texts.push([name, value]);
    else files.push([name, textOf(Buffer.from(await value.arrayBuffer()))]);
  }
  return { form: fieldsOf(texts), files: fieldsOf(files) };
}

/** @param {Request} request */
async function bodyOf(request) {
  /** @type {Buffer[]} */
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error(`the body is larger than ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Text as it is, anything else as a data URL. @param {Buffer} body */
function textOf(body) {
  const text = body.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(body)) return text;
  return `data:application/octet-stream;base64,${body.toString('base64')}`;
}

/** @param {Buffer} body @returns {unknown} */
function jsonOf(body) {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Not JSON: httpbin says null then.
    return null;
  }
}

/** A name that comes once has a string, one that comes again a list. @param {Iterable<[string, string]>} pairs */
function fieldsOf(pairs) {
  /** @type {Map<string, string[]>} */
  const lists = new Map();
  for (const [name, value] of pairs) lists.set(name, [...(lists.get(name) ?? []), value]);
  /** @type {Fields} */
  return Object.fromEntries(
    [...lists].map(([name, values]) => [name, values.length > 1 ? values : (values[0] ?? '')]),
  );
}

/** Names as httpbin spells them: X-Request-Id. @param {Request} request @returns {Fields} */
function headersOf(request) {
  const spelled = Object.entries(request.headersDistinct).map(([name, values = []]) => {
    const title = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    return /** @type {const} */ ([title, values.join(',')]);
  });
  return Object.fromEntries(spelled.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The URL the client asked for, as a gateway in front tells it. @param {Request} request */
function urlOf(request) {
  const scheme = first(request.headers['x-forwarded-proto']) === 'https' ? 'https' : 'http';
  const target = request.url?.startsWith('/') ? request.url : '/';
  return new URL(`${scheme}://${request.headers.host ?? 'localhost'}${target}`);
}

/** @param {string | string[] | undefined} value */
function first(value) {
  return Array.isArray(value) ? value[0] : value;
}

/** @param {Record<string, unknown>} object @param {readonly string[]} names */
function without(object, ...names) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
