import { portOf } from '../upstream/upstream.js';
import type { ContestantKind, Running, Setting } from './contestant.js';
import { launchMeasured, runningScript } from './node-script.js';

/** The http-proxy package as it comes, given an agent that keeps connections. */
export const stock: ContestantKind = {
  name: 'http-proxy',
  routes: false,
  absence: () => undefined,
  make: (setting) => ({ name: 'http-proxy', start: () => start(setting) }),
};

async function start({ upstreamPort, cores }: Setting): Promise<Running> {
  const script = new URL('stock-process.js', import.meta.url);
  const launched = launchMeasured(script, [String(upstreamPort)], cores);
  return runningScript(launched, await portOf(launched));
}
