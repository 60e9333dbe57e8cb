import { readFileSync } from 'node:fs';
import { onPath } from './on-path.js';

/** Which processors who may use, in the words of taskset; undefined where processes are not pinned. */
export interface Pinning {
  /** One core, for the process that is measured. */
  readonly measured: string | undefined;
  /** The others, for load and upstreams. */
  readonly others: string | undefined;
}

/** Pins where taskset is there and this process may use two cores; elsewhere the system decides. */
export function choosePinning(): Pinning {
  const cores = onPath('taskset') === undefined ? [] : allowedCores();
  const [first, ...rest] = cores;
  if (first === undefined || rest.length === 0) return { measured: undefined, others: undefined };
  return { measured: String(first), others: rest.join(',') };
}

/** The cores that the kernel lets this process run on. */
function allowedCores(): readonly number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from, to] = range.split('-').map(Number);
    if (from === undefined || !Number.isInteger(from)) return [];
    return Array.from({ length: (to ?? from) - from + 1 }, (_, index) => from + index);
  });
}
