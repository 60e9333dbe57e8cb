/** How long clients are waited for, in milliseconds. */
export interface ClientTimeouts {
  /** For the head of a request. */
  readonly head: number;
  /** Between two reads of a body. */
  readonly body: number;
  /** Between two pieces of an answer that the client takes. */
  readonly send: number;
  /** For the next request on an open connection. */
  readonly keepAlive: number;
  /** To close a connection whose last answer is out while bytes of the client are unread. */
  readonly linger: number;
}

/** nginx's client_header_timeout, client_body_timeout, send_timeout and keepalive_timeout; its lingering_timeout is 5 s. */
export const CLIENT_TIMEOUTS: ClientTimeouts = {
  head: 60_000,
  body: 60_000,
  send: 60_000,
  keepAlive: 75_000,
  linger: 2_000,
};
