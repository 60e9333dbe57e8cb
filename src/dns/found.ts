import type { AddressRecord, AddressType, DnsRecord, RecordType } from './message.js';
import type { ResolvedAddress } from './resolver.js';

/** What looking a name up brought to light. */
export interface Found {
  /** At least one. */
  readonly addresses: readonly ResolvedAddress[];
  /** The moment up to which they may be used, in milliseconds of the clock; infinity for what DNS did not say. */
  readonly until: number;
  /** The type of record that led to them, for LAST. */
  readonly type: RecordType | undefined;
  /** Whether an address may be missing, because a nameserver failed. */
  readonly partial: boolean;
}

/** Addresses that are known by themselves and stay. */
export function foundLocally(address: string): Found {
  return {
    addresses: [plainAddress(address)],
    until: Number.POSITIVE_INFINITY,
    type: undefined,
    partial: false,
  };
}

/** The addresses that records of a type hold. */
export function addressesIn(records: readonly DnsRecord[], type: AddressType): readonly ResolvedAddress[] {
  return records
    .filter((record): record is AddressRecord => record.type === type)
    .map(({ address }) => plainAddress(address));
}

function plainAddress(address: string): ResolvedAddress {
  return { address, port: undefined, weight: undefined };
}
