import { messageOf } from '../errors.js';
import type { Logger } from '../log.js';
import type { Sink } from './sink.js';

export interface LineWriterOptions {
  /** How the place is called where the log speaks of it. */
  readonly name: string;
  /** Called for the first time by the constructor, which throws what it throws. */
  readonly open: () => Sink;
  readonly log: Logger;
}

/** A line waits no longer than this for others to be written with, in milliseconds. */
const FLUSH_DELAY = 250;
/** How long a place that refused a write is left alone, in milliseconds. */
const RETRY_DELAY = 1000;
/** How long closing may wait for a place that takes nothing, in milliseconds. */
const CLOSE_TIMEOUT = 1000;
/** Bytes that may wait for a place that takes nothing. */
const BACKLOG = 8 * 1024 * 1024;

interface Chunk {
  /** What of it is still to be written. */
  bytes: Buffer;
  readonly lines: number;
}

/**
 * Gathers lines into chunks and writes them one after another. Nobody ever waits: while the place takes nothing in,
 * lines pile up to the limit, then they are dropped and counted.
 */
export class LineWriter {
  readonly #name: string;
  readonly #open: () => Sink;
  readonly #log: Logger;
  #sink: Sink;
  /** What takes over once the chunk under way is out. */
  #next: Sink | undefined;
  #filling: Buffer;
  #used = 0;
  #lines = 0;
  readonly #waiting: Chunk[] = [];
  #waitingBytes = 0;
  #state: 'idle' | 'writing' | 'failed' | 'closed' = 'idle';
  /** Undefined while lines are there: they are due. */
  #flushTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  /** Whether the last write failed, and that was told. */
  #failing = false;
  #dropped = 0;
  #onDrained: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: LineWriterOptions) {
    this.#name = options.name;
    this.#open = options.open;
    this.#log = options.log;
    this.#sink = options.open();
    this.#filling = Buffer.allocUnsafeSlow(this.#sink.chunkSize);
  }

  /** Whether a line may be written now. Where not, it counts as dropped, and need not even be made. */
  accepts(): boolean {
    if (this.#closing !== undefined) return false;
    if (this.#waitingBytes < BACKLOG) return true;
    if (this.#dropped === 0) {
      this.#log.warn({}, `the access log ${this.#name} takes nothing in: lines are dropped until it does`);
    }
    this.#dropped += 1;
    return false;
  }

  /** Takes one line of ASCII, line feed included, after `accepts` said so. */
  write(line: string): void {
    if (line.length > this.#filling.length - this.#used) {
      this.#seal(line.length);
      if (this.#state === 'idle') this.#pump();
    }
    this.#used += this.#filling.write(line, this.#used, 'latin1');
    this.#lines += 1;
    this.#flushTimer ??= setTimeout(() => this.#flush(), FLUSH_DELAY).unref();
  }

  /** Opens the place anew, once the chunk under way is out; what waits goes there. Keeps the old one if that fails. */
  reopen(): void {
    if (this.#closing !== undefined) return;
    try {
      this.#replace();
    } catch (error) {
      this.#log.warn({}, `the access log ${this.#name} stays where it was: ${messageOf(error)}`);
    }
  }

  /** Writes out what is there, within a second, and closes the place. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#flush();
    if (this.#state === 'writing') await this.#drained();
    clearTimeout(this.#retryTimer);
    this.#state = 'closed';
    this.#dropped += this.#waiting.reduce((sum, { lines }) => sum + lines, this.#lines);
    this.#tellDropped();
    this.#next?.close();
    this.#sink.close();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, CLOSE_TIMEOUT);
      this.#onDrained = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What is being filled is due: now, or when all that was before it is out. */
  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#state === 'idle') this.#pump();
  }

  /** Ends the chunk that is being filled, if it holds anything, and begins another with room for `size` bytes. */
  #seal(size: number): void {
    if (this.#used > 0) {
      this.#waiting.push({ bytes: this.#filling.subarray(0, this.#used), lines: this.#lines });
      this.#waitingBytes += this.#used;
      this.#used = 0;
      this.#lines = 0;
    }
    this.#filling = Buffer.allocUnsafeSlow(Math.max(size, this.#sink.chunkSize));
  }

  #pump(): void {
    if (this.#waiting.length === 0 && this.#used > 0 && this.#flushTimer === undefined) this.#seal(0);
    const [chunk] = this.#waiting;
    if (chunk === undefined) {
      this.#state = 'idle';
      this.#tellDropped();
      this.#onDrained?.();
      return;
    }
    this.#state = 'writing';
    this.#sink.write(chunk.bytes, (error, written) => this.#written(chunk, error, written));
  }

  #written(chunk: Chunk, error: Error | null | undefined, written: number): void {
    if (this.#state === 'closed') return;
    this.#waitingBytes -= written;
    chunk.bytes = chunk.bytes.subarray(written);
    if (chunk.bytes.length === 0) this.#waiting.shift();
    if (error) this.#fail(error);
    else {
      this.#failing = false;
      if (this.#next === undefined) this.#pump();
      else this.#switch(this.#next);
    }
  }

  /** A full disk and a reader that left may come back: the place is opened anew until a write succeeds. */
  #fail(error: unknown): void {
    this.#state = 'failed';
    if (!this.#failing) {
      this.#log.warn({}, `the access log ${this.#name} cannot be written: ${messageOf(error)}`);
    }
    this.#failing = true;
    this.#onDrained?.();
    this.#retryTimer = setTimeout(() => this.#retry(), RETRY_DELAY).unref();
  }

  #retry(): void {
    try {
      this.#replace();
    } catch (error) {
      this.#fail(error);
    }
  }

  #replace(): void {
    const sink = this.#open();
    this.#next?.close();
    this.#next = sink;
    if (this.#state !== 'writing') this.#switch(sink);
  }

  #switch(sink: Sink): void {
    clearTimeout(this.#retryTimer);
    this.#sink.close();
    this.#sink = sink;
    this.#next = undefined;
    this.#pump();
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#log.warn({ dropped }, `lines of the access log ${this.#name} were dropped: ${dropped}`);
  }
}
