import { setTimeout as delay } from 'node:timers/promises';
import { exchange } from '../contest/check-answers.js';
import { hasNumbers, isObject } from '../process/calls.js';

/** What the Admin API tells of reloads: how many ended how, and the last one. */
export interface ReloadStatus {
  readonly applied: number;
  readonly rejected: number;
  readonly unchanged: number;
  /** How long the last one took, from the first byte read to the swap, in milliseconds. */
  readonly lastDuration: number;
  /** The issues of the last one, in words. */
  readonly lastIssues: string;
  /** The longest each worker's event loop was held up of late, in milliseconds; empty where it does not tell. */
  readonly workerDelays: readonly number[];
}

/** How long a save may take to be judged, in milliseconds, and how often to look. */
const LIMIT = 30_000;
const INTERVAL = 5;

export async function readStatus(admin: string): Promise<ReloadStatus> {
  const [answer] = await exchange(admin, [
    { method: 'GET', host: '127.0.0.1', path: '/status', bodyBytes: 0, close: true },
  ]);
  const status: unknown = JSON.parse(answer?.body.toString() ?? '');
  const reload = isObject(status) ? status['reload'] : undefined;
  if (isObject(reload)) {
    const { counts, last } = reload;
    if (hasNumbers(counts, 'applied', 'rejected', 'unchanged') && hasNumbers(last, 'duration_ms')) {
      return {
        ...counts,
        lastDuration: last.duration_ms,
        lastIssues: issuesOf(last),
        workerDelays: delaysOf(status),
      };
    }
  }
  throw new Error(`/status tells nothing of reloads: ${JSON.stringify(status)}`);
}

function delaysOf(status: unknown): readonly number[] {
  const workers: unknown = isObject(status) ? status['workers'] : undefined;
  if (!Array.isArray(workers)) return [];
  return workers.flatMap((worker: unknown) => {
    const told = isObject(worker) ? worker['event_loop_delay'] : undefined;
    return hasNumbers(told, 'max_ms') ? [told.max_ms] : [];
  });
}

function issuesOf(last: object): string {
  const issues: unknown = 'issues' in last ? last.issues : [];
  if (!Array.isArray(issues)) return '';
  return issues.map((issue: unknown) => (isObject(issue) ? String(issue['message']) : '')).join(', ');
}

/** Resolves with the first status that is `enough`, or with the last one where none is in time. */
export async function pollStatus(
  admin: string,
  enough: (status: ReloadStatus) => boolean,
): Promise<ReloadStatus> {
  const began = performance.now();
  for (;;) {
    const status = await readStatus(admin);
    if (enough(status) || performance.now() - began > LIMIT) return status;
    await delay(INTERVAL);
  }
}
