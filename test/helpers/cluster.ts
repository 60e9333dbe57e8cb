import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { SpawnedGateway } from './command.js';

/** What the tests look at in an entry of `workers` of `/status`. */
export interface WorkerEntry {
  readonly id: number;
  readonly pid: number;
  readonly state: string;
  readonly configuration_hash?: string;
  readonly connections_active?: number;
  readonly total_requests?: number;
  readonly memory?: { readonly rss: number };
}

export interface ClusterStatus {
  readonly server: { readonly total_requests: number; readonly connections_active: number };
  readonly memory: { readonly process: { readonly rss: number } };
  readonly configuration_hash: string;
  readonly reload: { readonly counts: { readonly applied: number } };
  readonly workers: readonly WorkerEntry[];
}

export async function statusOf({ adminPort }: SpawnedGateway): Promise<ClusterStatus> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/status`);
  return (await response.json()) as ClusterStatus;
}

/** A client connection that stays open, for request after request. */
export class KeptConnection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** Resolves with status and body; rejects when the connection breaks. */
  async ask(path: string): Promise<{ readonly status: number; readonly body: string }> {
    const request = get({ host: '127.0.0.1', port: this.#port, path, agent: this.#agent });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
    return { status: response.statusCode ?? 0, body };
  }

  close(): void {
    this.#agent.destroy();
  }
}
