import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type FSWatcher, watch } from 'chokidar';
import { messageOf } from '../errors.js';
import type { Logger } from '../log.js';
import { type Trail, traceFile } from './trail.js';

/** How long a file must stay as it is before it counts as written, in milliseconds. */
const QUIET = 50;

/** How long an empty or absent file may be half of a save, in milliseconds: truncate and write, delete and create. */
const PATIENCE = 1000;

/** How often to look without being told, in milliseconds: some mounts and renamed ancestors announce nothing. */
const HEARTBEAT = 5000;

export interface ConfigWatcher {
  /** Stops watching. No callback begins after it was called. */
  close(): Promise<void>;
}

export interface WatchOptions {
  readonly log: Logger;
  /** Milliseconds between two looks at the file's state without any event; 0 relies on events alone. */
  readonly heartbeat?: number;
}

/**
 * Calls `onChange` whenever the content behind the path `file` has become another one and has settled: written,
 * replaced, moved, relinked at any part of its path, gone or back. One call a burst; calls never overlap. What
 * counts as a change is measured against the content at the time of this call; resolves once the watch stands.
 */
export async function watchConfig(
  file: string,
  onChange: () => unknown,
  options: WatchOptions,
): Promise<ConfigWatcher> {
  const watcher = new FileWatcher(file, onChange, options);
  await watcher.open();
  return watcher;
}

class FileWatcher implements ConfigWatcher {
  readonly #file: string;
  readonly #onChange: () => unknown;
  readonly #log: Logger;
  readonly #heartbeat: number;
  readonly #closed = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #watching: FSWatcher | undefined;
  #trail: Trail | undefined;
  #mark = '';
  #digest = '';
  #hinted = false;
  #checking = false;

  constructor(file: string, onChange: () => unknown, options: WatchOptions) {
    this.#file = file;
    this.#onChange = onChange;
    this.#log = options.log;
    this.#heartbeat = options.heartbeat ?? HEARTBEAT;
  }

  async open(): Promise<void> {
    this.#mark = await markOf(this.#file);
    this.#digest = await digestOf(this.#file);
    await this.#follow();
    if (this.#heartbeat > 0) {
      this.#timer = setInterval(() => void this.#beat(), this.#heartbeat);
      this.#timer.unref();
    }
    // The new watch asks for a look at the content; so soon after the first one, the mark can tell if it is needed.
    this.#hinted = false;
    await this.#beat();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    clearInterval(this.#timer);
    await this.#watching?.close();
  }

  async #beat(): Promise<void> {
    if ((await markOf(this.#file)) !== this.#mark) this.#hint();
  }

  /** Something may have changed: looks now, or once more after the look under way. */
  #hint(): void {
    this.#hinted = true;
    if (!this.#checking) void this.#check();
  }

  async #check(): Promise<void> {
    this.#checking = true;
    while (this.#hinted && !this.#closed.signal.aborted) {
      this.#hinted = false;
      try {
        this.#mark = await settle(this.#file, this.#closed.signal);
        await this.#follow();
        await this.#compare();
      } catch (error) {
        // An abort only says that the watcher was closed while it waited.
        if (this.#closed.signal.aborted) break;
        this.#log.error({ err: error }, `cannot follow ${this.#file}: ${messageOf(error)}`);
      }
    }
    this.#checking = false;
  }

  async #compare(): Promise<void> {
    const digest = await digestOf(this.#file);
    // A save that began while the content was read may have shown half of itself: it is looked at again.
    if ((await markOf(this.#file)) !== this.#mark) {
      this.#hinted = true;
      return;
    }
    if (digest === this.#digest || this.#closed.signal.aborted) return;
    this.#digest = digest;
    await this.#onChange();
  }

  /** Moves the watch when the path leads through other folders than before. */
  async #follow(): Promise<void> {
    const trail = await traceFile(this.#file);
    if (trail.key === this.#trail?.key || this.#closed.signal.aborted) return;
    this.#trail = trail;
    // The old watch goes first: chokidar would share its inotify handle with a new one on a folder of the same
    // name, and that handle belongs to the folder that stood there before.
    await this.#watching?.close();
    if (this.#closed.signal.aborted) return;
    this.#watching = this.#watch(trail);
    await ready(this.#watching, this.#closed.signal);
    // What happened before the new watch stood was announced to nobody.
    this.#hinted = true;
  }

  /** Watches folders, not the file: a file that is renamed over or relinked takes a watch of its own with it. */
  #watch(trail: Trail): FSWatcher {
    const folders = new Set(trail.steps.map(({ dir }) => dir));
    const names = new Set([...folders, ...trail.steps.map(({ name }) => name)].map((path) => basename(path)));
    const wanted = new Set([...folders, ...trail.steps.map(({ dir, name }) => join(dir, name))]);
    const watching = watch([...folders], {
      depth: 0,
      followSymlinks: false,
      ignoreInitial: true,
      // The neighbours in a folder may be many, and none of them is our concern.
      ignored: (path) => !wanted.has(path),
    });
    watching.on('all', () => this.#hint());
    // Chokidar compares times before it speaks; the raw events say also what it keeps to itself.
    watching.on('raw', (_event, path) => {
      if (names.has(basename(path))) this.#hint();
    });
    watching.on('error', (error) => {
      this.#log.error({ err: error }, `cannot watch ${this.#file}: ${messageOf(error)}`);
    });
    return watching;
  }
}

/** Chokidar says `ready` once its watches stand, and possibly never for a folder it could not read. */
async function ready(watching: FSWatcher, closed: AbortSignal): Promise<void> {
  const said = new AbortController();
  watching.once('ready', () => said.abort());
  const signal = AbortSignal.any([closed, said.signal]);
  // An abort is how the wait is meant to end.
  await delay(PATIENCE, undefined, { signal }).catch(() => undefined);
}

/** Waits until the file has stayed the same for a while, and longer where it is empty or absent. Returns its mark. */
async function settle(file: string, signal: AbortSignal): Promise<string> {
  let before = await markOf(file);
  let blankSince: number | undefined;
  for (;;) {
    await delay(QUIET, undefined, { signal });
    const mark = await markOf(file);
    blankSince = mark.startsWith('0 ') ? (blankSince ?? performance.now()) : undefined;
    const patient = blankSince !== undefined && performance.now() - blankSince < PATIENCE;
    if (mark === before && !patient) return mark;
    before = mark;
  }
}

/** What a file looks like from outside, its size first; a hint to read it, never the proof that it is unchanged. */
async function markOf(file: string): Promise<string> {
  try {
    const { size, mtimeNs, ino, dev } = await stat(file, { bigint: true });
    return `${size} ${mtimeNs} ${ino} ${dev}`;
  } catch (error) {
    return `0 ${messageOf(error)}`;
  }
}

/**
 * What tells one content from another. Being unreadable counts as a content: the reader will say what is wrong. So
 * does being a pipe, which must be left to the one who loads it.
 */
async function digestOf(file: string): Promise<string> {
  try {
    if (!(await stat(file)).isFile()) return 'not a file';
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file)) hash.update(chunk);
    return hash.digest('hex');
  } catch (error) {
    return messageOf(error);
  }
}
