import type { Route, Service } from '../config/entities.js';
import { type Conditions, conditionsHold } from './conditions.js';
import { RegexMatch } from './regex-match.js';
import type { RouteMatch, RouteQuery } from './router.js';
import type { Keyed } from './text-table.js';

/** What an entry is made of, apart from its place. */
export interface EntryParts {
  /** The place in the order of precedence, 0 first. No two paths of the router share one. */
  readonly rank: number;
  /** What the path must begin with: all of a prefix, the literal start of a regex, nothing without a path. */
  readonly literal: string;
  /** Anchored at the start; undefined for a prefix or no path. */
  readonly regex: RegExp | undefined;
  /** The prefix as the route gives it; undefined for a regex or no path. */
  readonly prefix: string | undefined;
  readonly route: Route;
  readonly service: Service | null;
}

/**
 * One way into a route: one of its hosts with one of its paths. Where nothing can be caught it is its own match, so
 * that a lookup among thousands touches as little memory as can be, and makes none.
 */
export class Entry implements RouteMatch, Keyed {
  readonly rank: number;
  readonly text: string;
  readonly scope: number;
  readonly conditions: Conditions | undefined;
  readonly regex: RegExp | undefined;
  /** The next one to try of those found together, which ranks behind this one. */
  next: Entry | undefined;
  readonly route: Route;
  readonly service: Service | null;
  readonly prefix: string | undefined;
  readonly captures = undefined;

  /** `scope` tells the entries of one host from those of another. */
  constructor(parts: EntryParts, scope: number, conditions: Conditions | undefined) {
    this.rank = parts.rank;
    this.text = parts.literal;
    this.scope = scope;
    this.conditions = conditions;
    this.regex = parts.regex;
    this.next = undefined;
    this.route = parts.route;
    this.service = parts.service;
    this.prefix = parts.prefix;
  }
}

/** The match of an entry whose host is known to fit, or undefined. */
export function matchEntry(entry: Entry, query: RouteQuery): RouteMatch | undefined {
  const { path } = query;
  if (!path.startsWith(entry.text)) return undefined;
  if (entry.conditions !== undefined && !conditionsHold(entry.conditions, query)) return undefined;
  if (entry.regex === undefined) return entry;
  const found = entry.regex.exec(path);
  return found === null ? undefined : new RegexMatch(entry.route, entry.service, found);
}
