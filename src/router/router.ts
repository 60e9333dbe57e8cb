import type { Route, Service } from '../config/entities.js';

/** What of a request takes part in routing. */
export interface RouteQuery {
  readonly method: string;
  /** How the client reached the gateway. */
  readonly scheme: 'http' | 'https';
  /** The Host in lower case, without port and trailing dot; empty when the request had none. */
  readonly host: string;
  /** The port named in Host, else the listener's. */
  readonly port: number;
  /** The path in normal form, without query (see `normalizePath`). */
  readonly path: string;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  /** The name from the TLS handshake, in lower case and without trailing dot. */
  readonly sni: string | undefined;
}

/** The route that won, its service and what of the path matched. */
export interface RouteMatch {
  readonly route: Route;
  readonly service: Service | null;
  /** The part of the path that matched the route's path; undefined for a route without paths. */
  readonly prefix: string | undefined;
  /** What the groups of a regex path caught, by name and by number; undefined where nothing was caught. */
  readonly captures: Readonly<Record<string, string>> | undefined;
}

/** Finds the route of a request. Pure: the same query gives the same answer for the life of the snapshot. */
export interface Router {
  match(query: RouteQuery): RouteMatch | undefined;
}
