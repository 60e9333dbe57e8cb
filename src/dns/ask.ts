import type { Nameserver } from '../dns-settings.js';

/** How one query is put to one nameserver. */
export interface AskOptions<T> {
  readonly server: Nameserver;
  readonly query: Buffer;
  /** Reads what arrives; undefined for what is no reply to this query. What it throws ends the exchange. */
  readonly read: (bytes: Buffer) => T | undefined;
  /** Milliseconds for the whole exchange. */
  readonly timeout: number;
  /** Ends the exchange early. */
  readonly signal: AbortSignal;
}

/** A nameserver did not reply in time. */
export class AskTimeout extends Error {}

/** What came cannot be the reply, and nothing else will come. */
export class AskMismatch extends Error {}
