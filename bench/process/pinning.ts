import { readFileSync } from 'node:fs';
import { onPath } from './on-path.js';

/** Which processors who may use, in the words of taskset; undefined where processes are not pinned. */
export interface Pinning {
  /** One core for each worker of the program that is measured. */
  readonly measured: string | undefined;
  /** The others, for load and upstreams; all of them where none is left over. */
  readonly others: string | undefined;
}

/** Pins where taskset is there and this process may use two cores; elsewhere the system decides. */
export function choosePinning(workers = 1): Pinning {
  const cores = onPath('taskset') === undefined ? [] : allowedCores();
  if (cores.length < 2) return { measured: undefined, others: undefined };
  const rest = cores.slice(workers);
  return {
    measured: cores.slice(0, workers).join(','),
    others: (rest.length > 0 ? rest : cores).join(','),
  };
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
