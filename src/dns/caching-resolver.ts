import type { DnsSettings } from '../dns-settings.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../log.js';
import { AnswerCache } from './answer-cache.js';
import type { Clock } from './clock.js';
import type { DnsClient } from './dns-client.js';
import { FollowedName } from './followed-name.js';
import type { Hosts } from './hosts.js';
import { type LookupRules, lookUp, lookUpLocally } from './lookup.js';
import type { SearchRules } from './name.js';
import { type KnownName, Names } from './names.js';
import { ResolveError } from './resolve-error.js';
import type { AddressListener, Following, ResolvedAddress, Resolver } from './resolver.js';

/** What a CachingResolver is made of. */
export interface CachingResolverParts {
  readonly settings: DnsSettings;
  readonly search: SearchRules;
  readonly hosts: Hosts;
  readonly client: Pick<DnsClient, 'ask' | 'close'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Answers from what it knows, and looks names up once for all who ask at a time. */
export class CachingResolver implements Resolver {
  readonly #rules: LookupRules;
  readonly #client: Pick<DnsClient, 'ask' | 'close'>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #names: Names;
  readonly #underWay = new Map<string, Promise<KnownName>>();
  readonly #followed = new Map<string, FollowedName>();
  #closed = false;

  constructor({ settings, search, hosts, client, clock, log }: CachingResolverParts) {
    const size = settings.cacheSize;
    const answers = new AnswerCache((question) => client.ask(question), clock, { ...settings, size });
    this.#rules = { ...search, hosts, order: settings.order, ask: (question) => answers.ask(question) };
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
    this.#names = new Names(clock, { ...settings, size });
  }

  peek(name: string): readonly ResolvedAddress[] | undefined {
    const key = name.toLowerCase();
    const known = this.#knownOrLocal(key);
    if (known === undefined || this.#names.isDue(known)) void this.#lookUp(key);
    return known === undefined || known.addresses.length === 0 ? undefined : known.addresses;
  }

  async resolve(name: string): Promise<readonly ResolvedAddress[]> {
    const key = name.toLowerCase();
    let known = this.#knownOrLocal(key);
    if (known === undefined) known = await this.#lookUp(key);
    else if (this.#names.isDue(known)) void this.#lookUp(key);
    if (known.addresses.length > 0) return known.addresses;
    throw known.error ?? closedError(key);
  }

  follow(name: string, onChange: AddressListener): Following {
    const key = name.toLowerCase();
    let followed = this.#followed.get(key);
    if (followed === undefined) {
      followed = new FollowedName(this.#clock, () => void this.#lookUp(key));
      this.#followed.set(key, followed);
    }
    const { stop } = followed.add(onChange, this.#knownOrLocal(key));
    return {
      stop: () => {
        stop();
        if (followed.isIdle && this.#followed.get(key) === followed) this.#followed.delete(key);
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const followed of this.#followed.values()) followed.close();
    this.#followed.clear();
    this.#client.close();
    await Promise.all(this.#underWay.values());
  }

  #knownOrLocal(key: string): KnownName | undefined {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    try {
      const local = lookUpLocally(key, this.#rules);
      return local === undefined ? undefined : this.#names.remember(key, local);
    } catch (error) {
      return this.#names.rememberError(key, asResolveError(error, key));
    }
  }

  /** Looks a name up, once at a time. Never rejects: a failure is something known, too. */
  #lookUp(key: string): Promise<KnownName> {
    let looking = this.#underWay.get(key);
    if (looking === undefined) {
      looking = this.#outcome(key).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, looking);
    }
    return looking;
  }

  async #outcome(key: string): Promise<KnownName> {
    const before = this.#names.last(key);
    let known: KnownName;
    try {
      if (this.#closed) throw closedError(key);
      known = this.#names.remember(key, await lookUp(key, before?.type, this.#rules));
    } catch (error) {
      known = this.#names.rememberError(key, this.#closed ? closedError(key) : asResolveError(error, key));
    }
    this.#report(key, before, known);
    this.#followed.get(key)?.changed(known);
    return known;
  }

  /** Only what changes is worth a line: a name that fails is looked up again and again. */
  #report(key: string, before: KnownName | undefined, known: KnownName): void {
    if (this.#closed) return;
    if (known.error === undefined) {
      if (before?.error !== undefined) this.#log.info({ name: key }, `the name ${key} resolves again`);
      return;
    }
    if (before?.error?.code === known.error.code) return;
    const rest = known.addresses.length === 0 ? '' : ', its last addresses are used on';
    const fields = { name: key, code: known.error.code };
    this.#log.warn(fields, `the name ${key} cannot be resolved${rest}: ${known.error.message}`);
  }
}

function closedError(key: string): ResolveError {
  return new ResolveError('resolver_closed', key, `cannot resolve ${key}: the resolver was closed`);
}

function asResolveError(error: unknown, key: string): ResolveError {
  if (error instanceof ResolveError) return error;
  return new ResolveError('dns_server_failed', key, `cannot resolve ${key}: ${messageOf(error)}`, {
    cause: error,
  });
}
