import { connect as connectTcp, type LookupFunction, type OnReadOpts, Socket } from 'node:net';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { messageOf } from '../../errors.js';
import { certificateFault } from './certificate-fault.js';
import type { SecureContexts } from './secure-contexts.js';
import type { Origin, UpstreamTls } from './transport.js';
import { UpstreamError } from './upstream-error.js';

/** What opening a socket takes besides the origin. */
export interface ConnectOptions {
  /** Undefined where the socket is read by who it is handed to. */
  readonly onread: OnReadOpts | undefined;
  readonly secureContexts: SecureContexts;
  /** A TLS session of an earlier connection to the same origin. */
  readonly session: Buffer | undefined;
  /** Milliseconds for all attempts together, of which one address may take a part. */
  readonly timeout: number;
  readonly lookup: LookupFunction | undefined;
}

/** With several addresses, Node gives each but the last 250 ms by default, less than a far upstream may need. */
const MAX_ATTEMPT_MILLISECONDS = 1_000;

/** Starts to connect. Never throws: what cannot even be tried comes as the socket's 'error'. */
export function openSocket(origin: Origin, options: ConnectOptions): Socket {
  const attempt = Math.max(10, Math.min(MAX_ATTEMPT_MILLISECONDS, Math.floor(options.timeout / 2)));
  const common = {
    host: origin.host,
    port: origin.port,
    autoSelectFamilyAttemptTimeout: attempt,
    // 'drain' then means that the kernel has taken everything.
    highWaterMark: 1,
    ...(options.onread === undefined ? {} : { onread: options.onread }),
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
  };
  const alpn = origin.http2 === true ? { ALPNProtocols: ['h2'] } : {};
  try {
    const socket =
      origin.tls === undefined
        ? connectTcp(common)
        : connectTls({ ...common, ...tlsOptions(origin.tls, options), ...alpn });
    return socket.setNoDelay(true);
  } catch (error) {
    const socket = new Socket();
    process.nextTick(() => socket.destroy(error instanceof Error ? error : new Error(String(error))));
    return socket;
  }
}

function tlsOptions(tls: UpstreamTls, options: ConnectOptions) {
  const { servername, verification } = tls;
  return {
    secureContext: options.secureContexts.contextFor(tls),
    rejectUnauthorized: verification !== undefined,
    ...(servername === undefined ? {} : { servername }),
    ...(options.session === undefined ? {} : { session: options.session }),
    // Called for a chain that holds. Where nothing is verified, not looking saves decoding the certificate.
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      verification === undefined ? undefined : certificateFault(certificate, verification),
  };
}

/** Why a connection was not made. `handshaking`: TCP was connected, TLS was under way. */
export function connectError(origin: Origin, error: Error | undefined, handshaking: boolean): UpstreamError {
  const where = `${origin.host}:${origin.port}`;
  const cause = error === undefined ? {} : { cause: error };
  const reason = reasonOf(error);
  if (handshaking) {
    const trusted = origin.tls?.verification?.authorities.certificates.length;
    const why = trusted === 0 ? `${reason} (the service trusts no ca_certificates)` : reason;
    return new UpstreamError(
      'tls_failed',
      'connect',
      `the TLS handshake with ${where} failed: ${why}`,
      cause,
    );
  }
  if (isResolutionError(error)) {
    return new UpstreamError(
      'name_resolution',
      'connect',
      `the name ${origin.host} has no address: ${reason}`,
      cause,
    );
  }
  return new UpstreamError('connect_failed', 'connect', `cannot connect to ${where}: ${reason}`, cause);
}

/** The connection was not made in time. */
export function connectTimeout(origin: Origin, milliseconds: number, handshaking: boolean): UpstreamError {
  const where = `${origin.host}:${origin.port}`;
  const message = handshaking
    ? `the TLS handshake with ${where} was not done ${milliseconds} ms after the connection was begun`
    : `cannot connect to ${where} within ${milliseconds} ms`;
  return new UpstreamError('connect_timeout', 'connect', message);
}

/** Only getaddrinfo fails with this `syscall`; every code of its (ENOTFOUND, EAI_AGAIN, …) means: no address. */
function isResolutionError(error: Error | undefined): boolean {
  if (error === undefined) return false;
  if ('syscall' in error && typeof error.syscall === 'string' && /^(getaddrinfo|query)/.test(error.syscall))
    return true;
  return 'code' in error && typeof error.code === 'string' && /^(ENOTFOUND|ENODATA|EAI_)/.test(error.code);
}

/** An AggregateError (one error an address) has no message of its own. */
function reasonOf(error: Error | undefined): string {
  if (error === undefined) return 'the upstream closed the connection';
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return messageOf(error);
}
