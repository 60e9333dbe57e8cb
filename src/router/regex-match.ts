import type { Route, Service } from '../config/entities.js';
import type { RouteMatch } from './router.js';

/** The match of a regex path. What its groups caught is only sorted out where somebody asks. */
export class RegexMatch implements RouteMatch {
  readonly route: Route;
  readonly service: Service | null;
  readonly prefix: string;
  readonly #found: RegExpExecArray;
  #captures: RouteMatch['captures'];

  constructor(route: Route, service: Service | null, found: RegExpExecArray) {
    this.route = route;
    this.service = service;
    this.prefix = found[0];
    this.#found = found;
  }

  get captures(): NonNullable<RouteMatch['captures']> {
    this.#captures ??= capturesOf(this.#found);
    return this.#captures;
  }
}

function capturesOf(found: RegExpExecArray): Readonly<Record<string, string>> {
  const captures: Record<string, string> = {};
  for (let i = 1; i < found.length; i++) {
    const caught = found[i];
    if (caught !== undefined) captures[i] = caught;
  }
  for (const [name, caught] of Object.entries(found.groups ?? {})) {
    if (caught !== undefined) captures[name] = caught;
  }
  return captures;
}
