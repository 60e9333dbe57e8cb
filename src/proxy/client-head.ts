/** A request's header lines, sorted into what goes on to the upstream and what the gateway acts on. */
export interface ClientHead {
  /** Names and values in turn, in the client's order: what goes on as it is. */
  readonly forwarded: string[];
  /** How many Host lines there are. */
  hosts: number;
  host: string;
  /** The X-Forwarded-For lines, joined. */
  forwardedFor: string;
  /** The Via lines, joined. */
  via: string;
  /** Whether TE lists `trailers`. */
  trailers: boolean;
  debug: boolean;
}

const NGINX_NAME = /^[A-Za-z0-9_-]+$/;

/**
 * Sorts the lines of a request. Dropped are the hop-by-hop fields and those that Connection names (RFC 9110,
 * 7.6.1), what the gateway writes itself, and names Kong's nginx does not take (with `.` or `$`, for example).
 * `connection` is the joined value of Connection.
 */
export function readClientHead(rawHeaders: readonly string[], connection: string | undefined): ClientHead {
  const head: ClientHead = {
    forwarded: [],
    hosts: 0,
    host: '',
    forwardedFor: '',
    via: '',
    trailers: false,
    debug: false,
  };
  const named = namedByConnection(connection);
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    const lower = name.toLowerCase();
    if (takesItself(head, lower, value)) continue;
    if (named?.includes(lower) || !NGINX_NAME.test(name)) continue;
    head.forwarded.push(name, value);
  }
  return head;
}

/** Notes what the gateway acts on. True for a line that does not go on as it is. */
function takesItself(head: ClientHead, name: string, value: string): boolean {
  switch (name) {
    case 'host':
      head.hosts += 1;
      head.host = value;
      return true;
    case 'x-forwarded-for':
      head.forwardedFor = join(head.forwardedFor, value);
      return true;
    case 'via':
      head.via = join(head.via, value);
      return true;
    case 'te':
      head.trailers ||= /(^|,)\s*trailers\s*($|[,;])/i.test(value);
      return true;
    case 'kong-debug':
      head.debug = true;
      return false;
    case 'connection':
    case 'keep-alive':
    case 'proxy-connection':
    case 'upgrade':
    case 'expect':
    case 'content-length':
    case 'transfer-encoding':
    case 'x-forwarded-proto':
    case 'x-forwarded-host':
    case 'x-forwarded-port':
    case 'x-forwarded-path':
    case 'x-forwarded-prefix':
    case 'x-real-ip':
    case 'x-kong-request-id':
      return true;
    default:
      return false;
  }
}

function join(before: string, value: string): string {
  return before === '' ? value : `${before}, ${value}`;
}

/** The field names in a Connection value; undefined for the values nearly every request has. */
export function namedByConnection(connection: string | undefined): readonly string[] | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return connection
    .toLowerCase()
    .split(',')
    .map((token) => token.trim());
}
