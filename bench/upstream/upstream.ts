import { type Launched, launchScript } from '../process/launch.js';

/** An upstream in a process of its own. */
export interface Upstream {
  readonly port: number;
  readonly letter: string;
  /** How many connections it has ever accepted. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

export async function startUpstream(letter: string, cores: string | undefined): Promise<Upstream> {
  const launched = launchScript(new URL('upstream-process.js', import.meta.url), [letter], { cores });
  return {
    port: await portOf(launched),
    letter,
    connections: async () => Number(await launched.ask('connections')),
    stop: launched.stop,
  };
}

/** The port in the ready line that the scripts of this benchmark write. */
export async function portOf(launched: Launched): Promise<number> {
  const [, port] = await launched.untilWritten(/^ready (\d+)$/m);
  return Number(port);
}
