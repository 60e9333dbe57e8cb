import { createServer } from 'node:net';

/** Stands real ports for those a recording was made with. */
export class PortMap {
  readonly #real = new Map<string, string>();
  readonly #recorded = new Map<string, string>();

  add(recorded: number, real: number): void {
    this.#real.set(String(recorded), String(real));
    this.#recorded.set(String(real), String(recorded));
  }

  /** The text with real ports for the recorded ones. */
  toReal(text: string): string {
    return replaceNumbers(text, this.#real);
  }

  /** The text with recorded ports for the real ones. */
  toRecorded(text: string): string {
    return replaceNumbers(text, this.#recorded);
  }

  /** A copy of plain JSON with real ports for the recorded ones. */
  config<T>(config: T): T {
    return JSON.parse(this.toReal(JSON.stringify(config)));
  }
}

function replaceNumbers(text: string, numbers: ReadonlyMap<string, string>): string {
  return text.replace(/\b\d{4,5}\b/g, (number) => numbers.get(number) ?? number);
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
