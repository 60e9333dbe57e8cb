import { addressesIn, type Found } from './found.js';
import { type AddressType, type DnsRecord, MAX_RECORDS, type SrvRecord } from './message.js';
import { ResolveError } from './resolve-error.js';
import type { ResolvedAddress } from './resolver.js';

type Services = readonly SrvRecord[];

/**
 * The records of the lowest priority. A service that is not available (RFC 2782) is none, and neither is a record
 * that points to its own name, as Kubernetes has them: the name's addresses are asked for by other types then.
 */
export function usableServices(records: readonly DnsRecord[], name: string): Services {
  const services = records
    .filter((record) => record.type === 'SRV')
    .filter(({ target }) => target !== '' && target !== name);
  const lowest = services.reduce(
    (least, { priority }) => Math.min(least, priority),
    Number.POSITIVE_INFINITY,
  );
  return services.filter(({ priority }) => priority === lowest);
}

/**
 * The addresses behind services: as the nameserver added them to its answer, else as `addressesOf` finds them. Those
 * of one target all get the target's weight. A target without an address is left out; undefined where there is no
 * service at all. Rejects with ResolveError where no target has an address.
 */
export async function srvAddresses(
  services: Services,
  additionals: readonly DnsRecord[],
  addressesOf: (target: string) => Promise<Found>,
  types: readonly AddressType[],
): Promise<Omit<Found, 'type'> | undefined> {
  const [first] = services;
  if (first === undefined) return undefined;
  const targets = [...new Set(services.map(({ target }) => target))];
  const lookups = targets.map(
    async (target) => added(target, additionals, types) ?? (await addressesOf(target)),
  );
  const results = await Promise.allSettled(lookups);
  const found = new Map<string, Found>();
  let failure: unknown;
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') found.set(targets[index] ?? '', result.value);
    else if (failure === undefined || isFailure(result.reason)) failure = result.reason;
  }
  if (found.size === 0) throw failure;
  return {
    addresses: services
      .flatMap((service) => addressesFor(service, found.get(service.target)))
      .slice(0, MAX_RECORDS),
    until: Math.min(...[...found.values()].map(({ until }) => until)),
    partial: isFailure(failure),
  };
}

/** The addresses in the additional section. They came with the answer and live as long as it does. */
function added(
  target: string,
  additionals: readonly DnsRecord[],
  types: readonly AddressType[],
): Found | undefined {
  const own = additionals.filter((record) => record.owner === target);
  for (const type of types) {
    const addresses = addressesIn(own, type);
    if (addresses.length > 0) return { addresses, until: Number.POSITIVE_INFINITY, type, partial: false };
  }
  return undefined;
}

/** A port 0 leaves the choice to the one who asks; weight 0 means seldom, not never (Kong: SRV_0_WEIGHT). */
function addressesFor(service: SrvRecord, found: Found | undefined): readonly ResolvedAddress[] {
  const port = service.port === 0 ? undefined : service.port;
  const weight = Math.max(1, service.weight);
  return (found?.addresses ?? []).map(({ address }) => ({ address, port, weight, name: service.target }));
}

function isFailure(error: unknown): boolean {
  return error instanceof ResolveError && error.isFailure;
}
