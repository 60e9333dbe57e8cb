import type { DnsOrderType } from '../dns-settings.js';
import type { TimedAnswer } from './answer-cache.js';
import { addressesIn, type Found, foundLocally } from './found.js';
import { addressesOfHost, type Hosts } from './hosts.js';
import type { AddressType, Question, RecordType } from './message.js';
import { addressIn, candidates, isName, type SearchRules, withoutDot } from './name.js';
import { ResolveError } from './resolve-error.js';
import { srvAddresses, usableServices } from './srv.js';

/** What a lookup goes by. */
export interface LookupRules extends SearchRules {
  readonly order: readonly DnsOrderType[];
  readonly hosts: Hosts;
  /** Answers one question; rejects with ResolveError. */
  readonly ask: (question: Question) => Promise<TimedAnswer>;
}

/** Aliases that are followed from one question to the next. */
const MAX_ALIASES = 8;

/**
 * Looks a name up: address, hosts file, then the types of `order` one by one below all domains of `search`, as Kong's
 * classic client does (kong/resty/dns/client.lua). `last` is the type that led to an address the time before. Rejects
 * with ResolveError.
 */
export async function lookUp(
  name: string,
  last: RecordType | undefined,
  rules: LookupRules,
  aliases = 0,
): Promise<Found> {
  const local = lookUpLocally(name, rules);
  if (local !== undefined) return local;
  let failure: ResolveError | undefined;
  for (const type of typesInOrder(rules.order, last)) {
    for (const candidate of candidates(name, rules)) {
      try {
        const found = await lookUpType({ name: candidate, type }, rules, aliases);
        if (found !== undefined) return found;
      } catch (error) {
        // Without a reply nobody knows whether this type has records, and those of the next might be the wrong ones.
        if (!(error instanceof ResolveError && isVerdict(error))) throw error;
        if (error.isFailure) failure ??= error;
      }
    }
  }
  throw failure ?? notFound(name, rules);
}

/** What needs no nameserver: an address, or a name of the hosts file. Throws ResolveError for what is no name. */
export function lookUpLocally(
  name: string,
  { order, hosts }: Pick<LookupRules, 'order' | 'hosts'>,
): Found | undefined {
  const address = addressIn(name);
  if (address !== undefined) return foundLocally(address);
  if (!isName(name))
    throw new ResolveError('name_invalid', name, `"${name}" is neither a name nor an address`);
  const known = addressesOfHost(hosts, name);
  const type = addressTypes(order).find((wanted) => known[wanted] !== undefined);
  const listed = type === undefined ? undefined : known[type];
  return listed === undefined ? undefined : foundLocally(listed);
}

async function lookUpType(
  question: Question,
  rules: LookupRules,
  aliases: number,
): Promise<Found | undefined> {
  const { answer, until } = await rules.ask(question);
  const { type } = question;
  if (type === 'SRV') {
    const services = usableServices(answer.records, question.name);
    const addresses = (target: string): Promise<Found> => addressesOfTarget(target, rules);
    const found = await srvAddresses(services, answer.additionals, addresses, addressTypes(rules.order));
    return found === undefined ? undefined : { ...found, until: Math.min(until, found.until), type };
  }
  if (type === 'CNAME') {
    const alias = answer.records.find((record) => record.type === 'CNAME');
    return alias === undefined ? undefined : followAlias(alias.target, until, question, rules, aliases);
  }
  const addresses = addressesIn(answer.records, type);
  return addresses.length === 0 ? undefined : { addresses, until, type, partial: false };
}

async function followAlias(
  target: string,
  until: number,
  question: Question,
  rules: LookupRules,
  aliases: number,
): Promise<Found> {
  if (aliases === MAX_ALIASES) {
    throw new ResolveError(
      'dns_server_failed',
      question.name,
      `the aliases of ${question.name} lead nowhere`,
    );
  }
  const found = await lookUp(`${target}.`, undefined, rules, aliases + 1);
  return { ...found, until: Math.min(until, found.until), type: question.type };
}

/** The addresses of an absolute name, asked for by the address types alone. */
function addressesOfTarget(target: string, rules: LookupRules): Promise<Found> {
  const absolute = addressIn(target) === undefined ? `${target}.` : target;
  return lookUp(absolute, undefined, { ...rules, order: addressTypes(rules.order) });
}

/** The types to ask for, each once, with the type of the last success where LAST stands. */
function typesInOrder(order: readonly DnsOrderType[], last: RecordType | undefined): ReadonlySet<RecordType> {
  const types = new Set<RecordType>();
  for (const type of order) {
    if (type !== 'LAST') types.add(type);
    else if (last !== undefined) types.add(last);
  }
  return types;
}

function addressTypes(order: readonly DnsOrderType[]): readonly AddressType[] {
  return order.filter((type) => type === 'A' || type === 'AAAA');
}

/** Whether a nameserver said something: that there is no such name, or that it cannot tell. */
function isVerdict(error: ResolveError): boolean {
  return error.code === 'dns_server_failed' || !error.isFailure;
}

function notFound(name: string, { order, ...rules }: LookupRules): ResolveError {
  const types = [...typesInOrder(order, undefined)].join(', ');
  const names = candidates(name, rules).join(', ');
  return new ResolveError('name_not_found', withoutDot(name), `no record of ${types} for ${names}`);
}
