/** What the proxy listeners have seen since the start, for `/status`. Plain counters, bumped on the hot path. */
export class Traffic {
  /** Connections ever accepted. */
  accepted = 0;
  /** Connections open now, WebSockets included. */
  active = 0;
  /** Connections that ended within their TLS handshake. */
  failedHandshakes = 0;
  /** Requests ever begun. */
  requests = 0;
  /** Requests whose answer is not complete. */
  inFlight = 0;
}
