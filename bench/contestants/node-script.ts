import { hasNumbers } from '../process/calls.js';
import { type Launched, launchScript } from '../process/launch.js';
import { canReadUsage, type Usage } from '../process/usage.js';
import type { Running } from './contestant.js';

/** Launches a Node.js script to be measured, so that its usage can be read on any system. */
export function launchMeasured(
  script: URL,
  args: readonly string[],
  cores: string | undefined,
  node: readonly string[] = [],
): Launched {
  const teller = new URL('../process/tell-usage.js', import.meta.url);
  return launchScript(script, args, {
    cores,
    node: [...node, ...(canReadUsage ? [] : ['--import', teller.href])],
  });
}

/** The running contestant behind a process that `launchMeasured` gave. */
export function runningScript(launched: Launched, port: number): Running {
  const { pid, stop } = launched;
  return canReadUsage ? { port, pid, stop } : { port, pid, stop, usage: () => askUsage(launched) };
}

async function askUsage(launched: Launched): Promise<Usage> {
  const usage = await launched.ask('usage');
  if (!hasNumbers(usage, 'cpuSeconds', 'rssBytes')) throw new Error('the process did not tell its usage');
  return usage;
}
