import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { hasNumbers, isObject } from '../process/calls.js';

/** What a process with a probe tells. */
export interface ProbeAnswer {
  readonly isWorker: boolean;
  /** The longest its event loop was held up since it was asked last, in milliseconds. */
  readonly longestDelay: number;
  /** Bytes in use after a collection; 0 where that was not asked for. */
  readonly heapUsed: number;
}

/** The probes in the processes of one gateway. */
export class Probes {
  readonly #folder: string;

  /** `folder`: an empty one, for their socket files. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What a process needs in its environment so that it and those it starts have a probe. */
  get environment(): Readonly<Record<string, string>> {
    const probe = new URL('probe.js', import.meta.url);
    return { NODE_OPTIONS: `--import ${probe.href}`, BENCH_PROBES: this.#folder };
  }

  /** The longest that the event loop of a process that proxies was held up since the last question. */
  async longestDelay(): Promise<number> {
    const answers = await this.#ask('delay');
    const workers = answers.filter(({ isWorker }) => isWorker);
    const proxying = workers.length > 0 ? workers : answers;
    return Math.max(...proxying.map(({ longestDelay }) => longestDelay));
  }

  /** Bytes in use in all processes, after a collection in each. */
  async heapUsed(): Promise<number> {
    const answers = await this.#ask('heap');
    return answers.reduce((sum, { heapUsed }) => sum + heapUsed, 0);
  }

  async #ask(question: 'delay' | 'heap'): Promise<readonly ProbeAnswer[]> {
    const files = await readdir(this.#folder);
    if (files.length === 0) throw new Error('the gateway runs without probes');
    return Promise.all(files.map((file) => askOne(join(this.#folder, file), question)));
  }
}

async function askOne(file: string, question: string): Promise<ProbeAnswer> {
  const socket = connect(file);
  socket.write(question);
  const told: unknown = JSON.parse(await text(socket));
  if (!isAnswer(told)) throw new Error(`a probe said ${JSON.stringify(told)}`);
  return told;
}

function isAnswer(value: unknown): value is ProbeAnswer {
  return (
    hasNumbers(value, 'longestDelay', 'heapUsed') &&
    isObject(value) &&
    'isWorker' in value &&
    typeof value.isWorker === 'boolean'
  );
}
