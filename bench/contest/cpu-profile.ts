import { hasNumbers, isObject } from '../process/calls.js';

/** A function of a profile with the time spent in itself, callees left out. */
export interface ProfiledFunction {
  readonly name: string;
  /** Empty for what is part of the engine. */
  readonly place: string;
  /** Of the time the process was not idle, 0 to 1. */
  readonly share: number;
}

/** A stretch of time, in microseconds of the system's monotonic clock. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * Functions by self time within `stretch`, largest first, from the text of a .cpuprofile file. Throws when it is
 * none.
 */
export function selfTimes(text: string, { from, to }: Stretch): readonly ProfiledFunction[] {
  const profile: unknown = JSON.parse(text);
  if (!isObject(profile)) throw new Error('no CPU profile');
  const { nodes, samples, timeDeltas } = profile;
  if (
    !hasNumbers(profile, 'startTime') ||
    !Array.isArray(nodes) ||
    !Array.isArray(samples) ||
    !Array.isArray(timeDeltas)
  ) {
    throw new Error('no CPU profile');
  }
  const keys = new Map<number, string>(nodes.map(keyOf));
  const times = new Map<string, number>();
  let busy = 0;
  let now = profile.startTime;
  samples.forEach((node: number, index) => {
    const key = keys.get(node) ?? '';
    now += Number(timeDeltas[index]);
    if (key.startsWith('(idle)') || now < from || now > to) return;
    const time = Number(timeDeltas[index + 1] ?? 0);
    busy += time;
    times.set(key, (times.get(key) ?? 0) + time);
  });
  return Array.from(times, ([key, time]) => {
    const [name = '', place = ''] = key.split('\t');
    return { name, place, share: time / busy };
  }).sort((a, b) => b.share - a.share);
}

/** Number and name of a node; functions are told apart by where they stand. */
function keyOf(node: unknown): readonly [number, string] {
  if (!hasNumbers(node, 'id') || !isObject(node)) return [-1, ''];
  const frame = 'callFrame' in node && isObject(node.callFrame) ? node.callFrame : {};
  const url = String(frame['url'] ?? '');
  const file = url.replace(/^file:.*\/(dist|node_modules)\//, '$1/');
  const place = file === '' ? '' : `${file}:${Number(frame['lineNumber']) + 1}`;
  return [node.id, `${frame['functionName'] || '(anonymous)'}\t${place}`];
}
