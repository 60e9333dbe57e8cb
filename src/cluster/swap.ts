import { GatewayError, WorkerError } from '../errors.js';
import type { ServedConfig } from '../snapshot/served-config.js';

/** One who takes part in a swap. */
export interface SwapMember {
  /**
   * Resolves once it could serve `next`. Rejects with WorkerError when it has ended, with any other error when it refuses
   * or takes too long. Stops, and rejects, when `signal` says that the swap is off.
   */
  prepare(next: ServedConfig, signal: AbortSignal): Promise<void>;
  /** Resolves once it serves what it prepared, or has ended. */
  commit(version: number): Promise<void>;
  /** Drops what it prepared. */
  abort(version: number): void;
}

/**
 * Swaps everywhere or nowhere: `decide` is called when every member is prepared, then all commit. A member that ends
 * meanwhile leaves the vote to the others. Rejects, with everyone back on what served, when one refuses or all have
 * ended.
 */
export async function swapAll(
  members: readonly SwapMember[],
  next: ServedConfig,
  decide: () => void,
): Promise<void> {
  const off = new AbortController();
  const ended = new Set<SwapMember>();
  const vote = async (member: SwapMember): Promise<void> => {
    try {
      await member.prepare(next, off.signal);
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      ended.add(member);
    }
  };
  try {
    await Promise.all(members.map(vote));
    if (members.length > 0 && ended.size === members.length) {
      throw new GatewayError('swap_rejected', 'every worker ended while it prepared the config');
    }
  } catch (error) {
    off.abort();
    for (const member of members) member.abort(next.version);
    throw error;
  }
  decide();
  await Promise.all(members.filter((member) => !ended.has(member)).map((m) => m.commit(next.version)));
}
