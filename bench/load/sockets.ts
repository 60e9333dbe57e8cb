import { setTimeout as delay } from 'node:timers/promises';
import { launchScript } from '../process/launch.js';
import { type LoadGenerator, type LoadPlan, type LoadResult, requestText } from './load.js';
import type { SocketPlan } from './socket-plan.js';
import { isTallyReport, type TallyReport } from './tally.js';

/** Load that runs until it is stopped, every answer verified. */
export interface RunningLoad {
  /** What happened since the start or the last call. */
  take(): Promise<TallyReport>;
  /** Runs `action` while nothing is sent and nothing is under way, the connections staying open. */
  quietly<T>(action: () => Promise<T>): Promise<T>;
  /** Lets requests under way end. Returns what happened since the last `take`. */
  stop(): Promise<TallyReport>;
}

/** Starts a generator in a process of its own. */
export async function startLoad(plan: SocketPlan, cores: string | undefined): Promise<RunningLoad> {
  const launched = launchScript(new URL('sockets-process.js', import.meta.url), [], { cores });
  await launched.untilWritten(/^ready/m);
  await launched.ask('start', plan);
  const report = async (name: string): Promise<TallyReport> => {
    const told = await launched.ask(name);
    if (!isTallyReport(told)) throw new Error(`the load generator said ${JSON.stringify(told)}`);
    return told;
  };
  return {
    take: () => report('take'),
    quietly: async (action) => {
      await launched.ask('hold');
      const result = await action();
      await launched.ask('release');
      return result;
    },
    stop: async () => {
      const last = await report('stop');
      await launched.stop();
      return last;
    },
  };
}

/** The generator of this benchmark, for machines without wrk. `letter` and `bodyBytes` say which answer is right. */
export function sockets(cores: string | undefined, letter: string, bodyBytes: number): LoadGenerator {
  return { name: 'raw sockets', run: (plan) => run(plan, cores, letter, bodyBytes) };
}

async function run(
  plan: LoadPlan,
  cores: string | undefined,
  letter: string,
  bodyBytes: number,
): Promise<LoadResult> {
  const { origin, connections, seconds } = plan;
  const requests = plan.requests.map(requestText);
  const load = await startLoad({ origin, connections, requests, letters: [letter], bodyBytes }, cores);
  await delay(seconds * 1000);
  const tally = await load.stop();
  const errors = tally.failed + tally.cut;
  return { requests: tally.answers, seconds: tally.seconds, errors, p50: tally.p50, p99: tally.p99 };
}
