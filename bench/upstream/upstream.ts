import { type Launched, launchScript } from '../process/launch.js';

export type Scheme = 'http' | 'https';

/** An upstream in a process of its own. */
export interface Upstream {
  readonly scheme: Scheme;
  readonly port: number;
  readonly letter: string;
  /** How many connections it has ever accepted. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts one. Over TLS it shows a certificate that nobody has signed. */
export async function startUpstream(
  letter: string,
  cores: string | undefined,
  scheme: Scheme = 'http',
): Promise<Upstream> {
  const script = new URL('upstream-process.js', import.meta.url);
  const launched = launchScript(script, [letter, scheme], { cores });
  return {
    scheme,
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
