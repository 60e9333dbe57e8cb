import { fieldName, type RequestRole } from './field-name.js';

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

/**
 * Sorts the lines of a request. Dropped are the hop-by-hop fields and those that Connection names (RFC 9110,
 * 7.6.1), and what the gateway writes itself. `connection` is the joined value of Connection.
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
      head.forwardedFor = join(head.forwardedFor, value);
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
