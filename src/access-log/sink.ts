import { close, closeSync, constants, fstatSync, openSync, write } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** A place that takes chunks of lines, one after another. */
export interface Sink {
  /** Bytes that are best written at once. */
  readonly chunkSize: number;
  /** Calls `done` later, with how many bytes went out; the next chunk waits until then. Blocks nothing. */
  write(chunk: Buffer, done: (error: Error | null | undefined, written: number) => void): void;
  /** Gives up a chunk under way. */
  close(): void;
}

/** Large enough that the hop to another thread costs a line next to nothing. */
const FILE_CHUNK = 65_536;

/** So many bytes reach a pipe in one piece though other processes write to it too (pipe(7), PIPE_BUF). */
const PIPE_CHUNK = 4096;

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;

/** What nginx gives its logs. */
const MODE = 0o644;

const STANDARD: ReadonlyMap<string, number> = new Map([
  ['/dev/stdout', 1],
  ['/dev/stderr', 2],
]);

/**
 * Opens a file for appending, or a pipe; `/dev/stdout` and `/dev/stderr` are those of this process. Throws what the
 * system says: a named pipe that nobody reads, for instance, is ENXIO.
 */
export function openSink(path: string): Sink {
  const standard = STANDARD.get(path);
  if (standard !== undefined) return openStandard(standard);
  // Without O_NONBLOCK, opening a named pipe would wait for its reader.
  const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, MODE);
  return fstatSync(fd).isFIFO() ? ownPipe(fd) : new FileSink(fd, true);
}

function openStandard(fd: number): Sink {
  const kind = fstatSync(fd);
  const stream = fd === 1 ? process.stdout : process.stderr;
  if (kind.isSocket()) return new PipeSink(stream, false);
  if (!kind.isFIFO()) return new FileSink(fd, false);
  try {
    // An open pipe of our own stays non-blocking whatever other processes do to the one they share with us.
    return ownPipe(openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK));
  } catch {
    // There is no such path on this system, or the pipe belongs to another user: the shared one does.
    return new PipeSink(stream, false);
  }
}

function ownPipe(fd: number): Sink {
  try {
    return new PipeSink(new Socket({ fd, readable: false, writable: true }), true);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Regular files and devices: writing may block, and does so on a thread of its own. */
class FileSink implements Sink {
  readonly chunkSize = FILE_CHUNK;
  readonly #fd: number;
  readonly #own: boolean;
  #writing = false;
  #closing = false;

  constructor(fd: number, own: boolean) {
    this.#fd = fd;
    this.#own = own;
  }

  write(chunk: Buffer, done: (error: Error | null | undefined, written: number) => void): void {
    this.#writing = true;
    write(this.#fd, chunk, 0, chunk.length, null, (error, written) => {
      this.#writing = false;
      if (this.#closing) this.#close();
      done(error, error === null ? written : 0);
    });
  }

  close(): void {
    this.#closing = true;
    if (!this.#writing) this.#close();
  }

  #close(): void {
    // All was written or given up: an error at closing changes nothing.
    if (this.#own) close(this.#fd, () => undefined);
  }
}

/** Pipes and sockets: non-blocking, so that a reader that has stalled stalls no thread and no exit. */
class PipeSink implements Sink {
  readonly chunkSize = PIPE_CHUNK;
  readonly #stream: Writable;
  readonly #own: boolean;

  constructor(stream: Writable, own: boolean) {
    this.#stream = stream.on('error', ignore);
    this.#own = own;
  }

  write(chunk: Buffer, done: (error: Error | null | undefined, written: number) => void): void {
    this.#stream.write(chunk, (error) => done(error, error ? 0 : chunk.length));
  }

  close(): void {
    if (this.#own) this.#stream.destroy();
    else if (this.#stream.writableLength === 0) this.#stream.off('error', ignore);
  }
}

/** Every write has told of its own error already. */
function ignore(): void {}
