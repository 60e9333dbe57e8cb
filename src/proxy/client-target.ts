/** What a request asks for: the request-target of RFC 9112, 3.2, taken apart. */
export interface ClientTarget {
  /** The path as sent, starting with `/`. */
  readonly rawPath: string;
  /** From `?` on, without a fragment; empty where there is none. */
  readonly query: string;
  /** The authority of an absolute-form target, which stands above Host (RFC 9112, 3.2.2). */
  readonly authority: string | undefined;
}

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/;

/** Reads origin-form and absolute-form; undefined for anything else. */
export function parseTarget(target: string): ClientTarget | undefined {
  if (target.startsWith('/')) return splitQuery(target, undefined);
  const absolute = ABSOLUTE.exec(target);
  const authority = absolute?.[1];
  if (absolute === null || authority === undefined || authority === '' || authority.includes('@'))
    return undefined;
  const rest = target.slice(absolute[0].length);
  if (rest.startsWith('#')) return undefined;
  return splitQuery(rest.startsWith('/') ? rest : `/${rest}`, authority);
}

/** Like Kong, keeps a `#` in the path and drops what follows one in the query. */
function splitQuery(target: string, authority: string | undefined): ClientTarget {
  const mark = target.indexOf('?');
  if (mark < 0) return { rawPath: target, query: '', authority };
  const fragment = target.indexOf('#', mark);
  const query = fragment < 0 ? target.slice(mark) : target.slice(mark, fragment);
  return { rawPath: target.slice(0, mark), query, authority };
}

/** Who a request is for. */
export interface ClientHost {
  /** As sent, port included. */
  readonly raw: string;
  /** In lower case, without port. */
  readonly name: string;
  /** What takes part in routing: `name` without a trailing dot; a malformed port stays in, so that nothing matches. */
  readonly routed: string;
  /** The port it names; undefined where it names none. */
  readonly port: number | undefined;
}

/** Reads a Host value; undefined where it cannot be one (Kong answers 400). */
export function parseHost(raw: string): ClientHost | undefined {
  if (raw === '' || !isHostText(raw)) return undefined;
  const end = raw.startsWith('[') ? raw.indexOf(']') + 1 : raw.indexOf(':');
  if (end === 0 || (end > 0 && end < raw.length && raw[end] !== ':')) return undefined;
  const name = (end < 0 ? raw : raw.slice(0, end)).toLowerCase();
  const bare = name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;
  const port = end < 0 || end === raw.length ? undefined : raw.slice(end + 1);
  if (port === undefined) return { raw, name, routed: bare, port: undefined };
  const digits = /^\d{1,6}$/.test(port);
  return { raw, name, routed: digits ? bare : raw.toLowerCase(), port: digits ? Number(port) : undefined };
}

/** No white space, control bytes, slashes or empty labels. */
function isHostText(raw: string): boolean {
  let afterDot = false;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f || code === 0x2f) return false;
    if (code === 0x2e && afterDot) return false;
    afterDot = code === 0x2e;
  }
  return true;
}
