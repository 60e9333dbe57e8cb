import { fieldName, type RequestRole } from './field-name.js';

/** What the X-Forwarded lines say, the first line of each name as Kong takes it; an empty one counts as said. */
export interface ForwardedClaims {
  proto: string | undefined;
  host: string | undefined;
  port: string | undefined;
  path: string | undefined;
  prefix: string | undefined;
}

/** A request's header lines, sorted into what goes on to the upstream and what the gateway acts on. */
export interface ClientHead {
  /** Names and values in turn, in the client's order: what goes on as it is. */
  readonly forwarded: string[];
  /** How many Host lines there are. */
  hosts: number;
  host: string;
  /** The X-Forwarded-For lines, joined; undefined where there is none. */
  forwardedFor: string | undefined;
  /** The other X-Forwarded lines, whoever sent them; undefined where there are none. */
  claims: ForwardedClaims | undefined;
  /** The Via lines, joined. */
  via: string;
  /** Whether TE lists `trailers`. */
  trailers: boolean;
  debug: boolean;
}

/**
 * Sorts the lines of a request. Dropped are the hop-by-hop fields and those that Connection names (RFC 9110,
 * 7.6.1), and what the gateway writes itself. `connection` is the joined value of Connection.
 */
export function readClientHead(rawHeaders: readonly string[], connection: string | undefined): ClientHead {
  const head: ClientHead = {
    forwarded: [],
    hosts: 0,
    host: '',
    forwardedFor: undefined,
    claims: undefined,
    via: '',
    trailers: false,
    debug: false,
  };
  const named = namedByConnection(connection);
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    const { request, lower } = fieldName(name);
    if (request === 'pass') {
      if (named === undefined || !named.includes(lower)) head.forwarded.push(name, value);
    } else if (request !== 'drop') note(head, request, name, value, named);
  }
  return head;
}

/** Notes what the gateway acts on. */
function note(
  head: ClientHead,
  role: RequestRole,
  name: string,
  value: string,
  named: readonly string[] | undefined,
): void {
  switch (role) {
    case 'host':
      head.hosts += 1;
      head.host = value;
      return;
    case 'forwarded-for':
      head.forwardedFor = head.forwardedFor === undefined ? value : `${head.forwardedFor}, ${value}`;
      return;
    case 'forwarded-proto':
      claimsOf(head).proto ??= value;
      return;
    case 'forwarded-host':
      claimsOf(head).host ??= value;
      return;
    case 'forwarded-port':
      claimsOf(head).port ??= value;
      return;
    case 'forwarded-path':
      claimsOf(head).path ??= value;
      return;
    case 'forwarded-prefix':
      claimsOf(head).prefix ??= value;
      return;
    case 'via':
      head.via = join(head.via, value);
      return;
    case 'te':
      head.trailers ||= /(^|,)\s*trailers\s*($|[,;])/i.test(value);
      return;
    default:
      head.debug = true;
      if (named?.includes('kong-debug') !== true) head.forwarded.push(name, value);
  }
}

function claimsOf(head: ClientHead): ForwardedClaims {
  head.claims ??= { proto: undefined, host: undefined, port: undefined, path: undefined, prefix: undefined };
  return head.claims;
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
