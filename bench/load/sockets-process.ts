/** A load generator over raw sockets that looks at every answer. Its parent tells it what to do (see sockets.ts). */
import { answerCalls } from '../process/calls.js';
import { bodyOf } from '../upstream/answers.js';
import type { Answer } from './answer-reader.js';
import { Client, type ClientOwner } from './client.js';
import { isSocketPlan, type SocketPlan } from './socket-plan.js';
import { Tally } from './tally.js';

class Load implements ClientOwner {
  readonly #requests: readonly Buffer[];
  readonly #bodies: readonly Buffer[];
  readonly #clients: readonly Client[];
  #next = 0;
  #tally = new Tally();

  constructor(plan: SocketPlan) {
    this.#requests = plan.requests.map((text) => Buffer.from(text, 'latin1'));
    this.#bodies = plan.letters.map((letter) => bodyOf(letter, plan.bodyBytes));
    this.#clients = Array.from({ length: plan.connections }, () => new Client(plan.origin, this));
    for (const client of this.#clients) client.open();
  }

  nextRequest(): Buffer {
    const request = this.#requests[this.#next];
    this.#next = (this.#next + 1) % this.#requests.length;
    if (request === undefined) throw new Error('no requests to send');
    return request;
  }

  onAnswer({ status, head, body }: Answer, milliseconds: number): void {
    this.#tally.answered(milliseconds);
    if (status !== 200) this.#tally.failed(`${head.split('\r\n')[0]}: ${body.toString('latin1', 0, 200)}`);
    else if (!this.#bodies.some((known) => known.equals(body))) {
      this.#tally.failed(`a body of ${body.length} bytes that no target sent`);
    }
  }

  onCut(reason: string, inside: boolean): void {
    this.#tally.cut(`${inside ? 'during a request' : 'between requests'}: ${reason}`);
  }

  take(): Tally {
    const tally = this.#tally;
    this.#tally = new Tally();
    return tally;
  }

  async hold(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.hold()));
  }

  release(): void {
    for (const client of this.#clients) client.release();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.stop()));
  }
}

let load: Load | undefined;

answerCalls({
  start: (plan) => {
    if (!isSocketPlan(plan)) throw new Error('no plan');
    load = new Load(plan);
  },
  /** What happened since the last call. */
  take: () => load?.take().report(),
  hold: () => load?.hold(),
  release: () => load?.release(),
  /** Ends the load once every request under way is answered; the rest of the report. */
  stop: async () => {
    await load?.stop();
    return load?.take().report();
  },
});
console.log('ready 0');
