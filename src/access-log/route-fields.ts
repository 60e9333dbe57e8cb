import type { AccessEntry } from './access-log.js';

/** So many routes are remembered; beyond, the memory starts anew. */
const MAX_ROUTES = 1024;

interface Remembered {
  readonly routeName: string | undefined;
  readonly serviceId: string | undefined;
  readonly serviceName: string | undefined;
  readonly text: string;
}

/** The part of a JSON line that all requests of a route have in common, written once. */
export class RouteFields {
  readonly #quote: (value: string | undefined) => string;
  readonly #byRoute = new Map<string | undefined, Remembered>();

  constructor(quote: (value: string | undefined) => string) {
    this.#quote = quote;
  }

  /** `"route_id":…,"route_name":…,"service_id":…,"service_name":…`; a reload may change all but the route's id. */
  of(entry: AccessEntry): string {
    const { routeId, routeName, serviceId, serviceName } = entry;
    const known = this.#byRoute.get(routeId);
    if (
      known !== undefined &&
      known.routeName === routeName &&
      known.serviceId === serviceId &&
      known.serviceName === serviceName
    ) {
      return known.text;
    }
    const text =
      `"route_id":${this.#quote(routeId)},"route_name":${this.#quote(routeName)},` +
      `"service_id":${this.#quote(serviceId)},"service_name":${this.#quote(serviceName)}`;
    if (this.#byRoute.size >= MAX_ROUTES) this.#byRoute.clear();
    this.#byRoute.set(routeId, { routeName, serviceId, serviceName, text });
    return text;
  }
}
