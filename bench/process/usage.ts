import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What a process and those it started have used so far. */
export interface Usage {
  /** User and system time. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** Whether the usage of any process can be read here; elsewhere only that of scripts that tell it. */
export const canReadUsage = existsSync('/proc/self/stat');

const ticksPerSecond = canReadUsage ? systemValue('CLK_TCK') : Number.NaN;
const pageSize = canReadUsage ? systemValue('PAGESIZE') : Number.NaN;

/** Reads the usage of a process tree from /proc. Throws when the process is gone. */
export function readUsage(pid: number): Usage {
  return readUsages(pid).reduce((a, b) => ({
    cpuSeconds: a.cpuSeconds + b.cpuSeconds,
    rssBytes: a.rssBytes + b.rssBytes,
  }));
}

/** The usage of each process of a tree, parents before their children. Throws when the first is gone. */
export function readUsages(pid: number): readonly Usage[] {
  return [usageOf(pid), ...childrenOf(pid).flatMap(readUsages)];
}

/** What ended children have used counts as their parent's: workers may be replaced meanwhile. */
function usageOf(pid: number): Usage {
  const fields = statFields(pid);
  const number = (field: number) => Number(fields[field - 3]);
  // proc(5): 14 utime, 15 stime, 16 cutime, 17 cstime, 24 rss.
  const ticks = number(14) + number(15) + number(16) + number(17);
  return { cpuSeconds: ticks / ticksPerSecond, rssBytes: number(24) * pageSize };
}

/** The fields of /proc/PID/stat from the third on: the second is a name that may hold spaces and parentheses. */
function statFields(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Any thread may have started a child. */
function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const file = `/proc/${pid}/task/${thread}/children`;
    // Kernels can be built without it.
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split(' ')
      .filter((child) => child !== '')
      .map(Number);
  });
}

function systemValue(name: string): number {
  return Number(execFileSync('getconf', [name], { encoding: 'utf8' }));
}
