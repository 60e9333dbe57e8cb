import { hasNumbers } from '../process/calls.js';
import { type Launched, type LaunchOptions, launchScript } from '../process/launch.js';
import { canReadUsage, type Usage } from '../process/usage.js';
import { portOf } from '../upstream/upstream.js';
import type { Contestant, Running } from './contestant.js';

/** A contestant that is a script next to this one, started as `node NAME-process.js UPSTREAM_ORIGIN`. */
export function scriptContestant(name: string): Contestant {
  const script = new URL(`${name}-process.js`, import.meta.url);
  return {
    name,
    abilities: [],
    absence: () => undefined,
    start: async ({ upstream, cores }) => {
      const origin = `${upstream.scheme}://127.0.0.1:${upstream.port}`;
      const launched = launchMeasured(script, [origin], { cores });
      return runningScript(launched, `http://127.0.0.1:${await portOf(launched)}`);
    },
  };
}

/** Launches a Node.js script to be measured, so that its usage can be read on any system. */
export function launchMeasured(script: URL, args: readonly string[], options: LaunchOptions): Launched {
  const teller = new URL('../process/tell-usage.js', import.meta.url);
  const node = [...(options.node ?? []), ...(canReadUsage ? [] : ['--import', teller.href])];
  return launchScript(script, args, { ...options, node });
}

/** The running contestant behind a process that `launchMeasured` gave. */
export function runningScript(launched: Launched, origin: string): Running {
  const { pid, spawnedAt, stop } = launched;
  const running = { origin, pid, spawnedAt, stop };
  return canReadUsage ? running : { ...running, usage: () => askUsage(launched) };
}

async function askUsage(launched: Launched): Promise<Usage> {
  const usage = await launched.ask('usage');
  if (!hasNumbers(usage, 'cpuSeconds', 'rssBytes')) throw new Error('the process did not tell its usage');
  return usage;
}
