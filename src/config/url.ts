/** What `url` stands for. */
export interface UrlParts {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly path: string | null;
}

/** Scheme, credentials (which Kong drops), host, port and path; query and fragment are dropped, as in Kong. */
const URL_PARTS =
  /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?(\/[^?#]*)?/;

/** Takes the `url` shorthand of a service apart. The schemas have checked it; what is no url gives undefined. */
export function parseServiceUrl(url: string): UrlParts | undefined {
  const match = URL_PARTS.exec(url);
  if (match === null) return undefined;
  const [, scheme, host = '', digits, path] = match;
  const given = digits === undefined ? undefined : Number(digits);
  const protocol = scheme ?? (given === 443 ? 'https' : 'http');
  const port = given ?? (protocol === 'https' ? 443 : 80);
  return { protocol, host: host.replace(/^\[(.*)\]$/, '$1'), port, path: path ?? null };
}
