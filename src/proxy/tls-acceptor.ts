import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { messageOf } from '../errors.js';
import type { Logger } from '../log.js';
import { type Opening, readOpening } from '../tls/client-hello.js';
import type { ClientPeer } from './client-stream.js';
import { HIGH_WATER_BYTES } from './http1/client-connection.js';

/** Who takes the connections that TLS listeners accept. */
export interface TlsHost {
  readonly log: Logger;
  /** How long a handshake may take from the first byte waited for, in milliseconds. */
  readonly handshakeTimeout: number;
  /** The protocols to agree on by ALPN (RFC 7301), the best one first. */
  protocols(): readonly string[];
  /** What to show a client that asks for this name, or for none. Throws where it cannot be shown. */
  contextFor(serverName: string | undefined): SecureContext;
  onSecure(socket: TLSSocket, peer: ClientPeer): void;
  /** The client speaks no TLS. What it has sent so far is still to be read. */
  onPlain(socket: Socket, peer: ClientPeer): void;
  /** The connection has ended within its handshake. */
  onUnfinished(): void;
}

const NOTHING = Buffer.alloc(0);

/** Leads accepted connections through their TLS handshakes. */
export class TlsAcceptor {
  readonly #host: TlsHost;
  readonly #pending = new Set<Handshake>();

  constructor(host: TlsHost) {
    this.#host = host;
  }

  /** `peer` is who is known before TLS. */
  accept(socket: Socket, peer: ClientPeer): void {
    this.#pending.add(
      new Handshake(socket, peer, this.#host, (handshake) => this.#pending.delete(handshake)),
    );
  }

  /** Cuts the handshakes under way. */
  close(): void {
    for (const handshake of this.#pending) handshake.cut();
  }
}

/**
 * One handshake. The name that the client asks for is read off its first message before TLS begins: a context chosen
 * later could not replace a certificate by one with a key of another type (docs/decisions/0023-tls-in.md).
 */
class Handshake {
  readonly #socket: Socket;
  readonly #peer: ClientPeer;
  readonly #host: TlsHost;
  readonly #onEnd: (handshake: Handshake) => void;
  /** One limit for all of it: a client that sends byte by byte gains no time. */
  readonly #limit: NodeJS.Timeout;
  #received: Buffer = NOTHING;
  #over = false;

  constructor(socket: Socket, peer: ClientPeer, host: TlsHost, onEnd: (handshake: Handshake) => void) {
    this.#socket = socket;
    this.#peer = peer;
    this.#host = host;
    this.#onEnd = onEnd;
    this.#limit = setTimeout(() => this.#fail('it took too long'), host.handshakeTimeout).unref();
    socket
      .on('readable', this.#onReadable)
      .on('end', this.#onGone)
      .on('error', this.#onGone)
      .on('close', this.#onGone);
  }

  cut(): void {
    this.#fail('the gateway stops');
  }

  readonly #onReadable = (): void => {
    const chunk: Buffer | null = this.#socket.read();
    if (chunk === null) return;
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const opening = readOpening(this.#received);
    if (opening.kind === 'incomplete') return;
    this.#socket.off('readable', this.#onReadable).off('end', this.#onGone);
    this.#socket.unshift(this.#received);
    this.#proceed(opening);
  };

  #proceed(opening: Exclude<Opening, { readonly kind: 'incomplete' }>): void {
    if (opening.kind === 'plain') {
      this.#end();
      this.#host.onPlain(this.#socket, this.#peer);
      return;
    }
    let secureContext: SecureContext;
    try {
      secureContext = this.#host.contextFor(opening.serverName);
    } catch (error) {
      this.#host.log.error(
        { err: error, sni: opening.serverName },
        `a certificate cannot be shown: ${messageOf(error)}`,
      );
      this.#fail('there is no usable certificate');
      return;
    }
    this.#shake(secureContext);
  }

  #shake(secureContext: SecureContext): void {
    const options = {
      isServer: true,
      secureContext,
      ALPNProtocols: [...this.#host.protocols()],
      highWaterMark: HIGH_WATER_BYTES,
    };
    const secure = new TLSSocket(this.#socket, options);
    // Node destroys a socket for errors of TLS by itself only where a tls.Server made it.
    secure.on('_tlsError', (error: Error) => {
      this.#fail('reason' in error ? String(error.reason) : messageOf(error));
      secure.destroy();
    });
    secure.on('close', this.#onGone);
    secure.once('secure', () => {
      if (this.#over || secure.destroyed) return;
      this.#end();
      secure.off('close', this.#onGone);
      // A tls.Server would say so; HTTP/2 would otherwise wait for an event that only clients have.
      Reflect.set(secure, 'secureConnecting', false);
      const sni = typeof secure.servername === 'string' ? secure.servername.toLowerCase() : undefined;
      this.#host.onSecure(secure, { ...this.#peer, scheme: 'https', sni });
    });
  }

  readonly #onGone = (): void => this.#fail('the client left');

  #fail(reason: string): void {
    if (this.#over) return;
    this.#end();
    this.#host.log.debug({ client: this.#peer.address }, `TLS handshake failed: ${reason}`);
    // What may still come of the socket is nobody's business.
    this.#socket.on('error', () => undefined).destroy();
    this.#host.onUnfinished();
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#limit);
    this.#received = NOTHING;
    this.#socket.off('readable', this.#onReadable).off('end', this.#onGone);
    this.#socket.off('error', this.#onGone).off('close', this.#onGone);
    this.#onEnd(this);
  }
}
