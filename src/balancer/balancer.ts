import type { Peer } from './peer.js';

/** Spreads the requests of one upstream over its peers. It lives as long as its peers stay the same. */
export interface Balancer {
  /**
   * An available peer of a weight above 0, one that is not in `tried` where one is left; undefined where none is
   * available. `key` is what consistent hashing goes by (one byte a character); the other algorithms ignore it.
   */
  pick(key: string | undefined, tried: readonly Peer[]): Peer | undefined;
}

/** What was tried already, where nothing was or where it no longer matters. */
export const NONE_TRIED: readonly Peer[] = [];
