/**
 * What a proxy says in front of a connection: the PROXY protocol, versions 1 and 2, as HAProxy's
 * doc/proxy-protocol.txt has it.
 */
export interface ProxyHeader {
  /** The client's address in canonical text; undefined where the proxy names none, or none that is one. */
  readonly source: string | undefined;
  /** How many bytes the header takes. */
  readonly length: number;
}

/** A header; or more bytes are needed to tell; or it is none. */
export type ProxyHeaderReading = ProxyHeader | 'incomplete' | 'malformed';
