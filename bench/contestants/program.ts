import { untilListening } from '../process/free-port.js';
import { launchProgram } from '../process/launch.js';
import { onPath } from '../process/on-path.js';
import { canReadUsage } from '../process/usage.js';
import type { Running, Setting } from './contestant.js';

/** Why a program that is no script of ours cannot take part; undefined where it can. */
export function absenceOf(program: string): string | undefined {
  if (onPath(program) === undefined) return 'it is not installed';
  return canReadUsage ? undefined : 'its CPU time cannot be read here';
}

/** Starts an installed program; resolves once it takes connections on `port`. */
export async function startProgram(
  program: string,
  args: readonly string[],
  port: number,
  { cores }: Setting,
): Promise<Running> {
  const launched = launchProgram(onPath(program) ?? program, args, { cores });
  await untilListening(port, launched);
  const { pid, spawnedAt, stop } = launched;
  return { origin: `http://127.0.0.1:${port}`, pid, spawnedAt, stop };
}
