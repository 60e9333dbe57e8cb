import type { ResolveError } from './resolve-error.js';

/** Where a name leads. */
export interface ResolvedAddress {
  /** An IP address, IPv6 without brackets. */
  readonly address: string;
  /** From an SRV record; undefined where whoever asks knows the port. */
  readonly port: number | undefined;
  /** From an SRV record, at least 1; undefined where there was none. */
  readonly weight: number | undefined;
  /** The name an SRV record points to. */
  readonly name?: string;
}

/** Told of a followed name: its addresses, or none and why. */
export type AddressListener = (
  addresses: readonly ResolvedAddress[],
  error: ResolveError | undefined,
) => void;

/** Following a name. */
export interface Following {
  /** Ends it: no call begins afterwards. */
  stop(): void;
}

/**
 * Turns names into addresses: hosts file and DNS, with a cache. IP addresses are their own address. Names compare
 * without case, a trailing dot makes one absolute.
 */
export interface Resolver {
  /**
   * What is known of a name without waiting, possibly past its lifetime; undefined where nothing is, or the name has
   * no address. Has the name looked up where that is due.
   */
  peek(name: string): readonly ResolvedAddress[] | undefined;
  /** At least one address. Rejects with ResolveError. */
  resolve(name: string): Promise<readonly ResolvedAddress[]>;
  /**
   * Looks a name up again whenever its lifetime ends. Calls back, never before it has returned, with the first outcome
   * and then with each that differs; the order of the addresses makes no difference.
   */
  follow(name: string, onChange: AddressListener): Following;
  /** Stops following; what is being looked up rejects. What is known may still be peeked at. */
  close(): Promise<void>;
}

/** Whether two lists hold the same addresses, in whatever order. */
export function sameAddresses(one: readonly ResolvedAddress[], other: readonly ResolvedAddress[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  const [left, right] = [one.map(spell).sort(), other.map(spell).sort()];
  return left.every((address, index) => address === right[index]);
}

function spell({ address, port, weight, name }: ResolvedAddress): string {
  return `${address} ${port} ${weight} ${name}`;
}
