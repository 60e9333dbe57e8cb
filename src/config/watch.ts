import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type FSWatcher, watch } from 'chokidar';
import { messageOf } from '../errors.js';
import type { Logger } from '../log.js';
import { filesInFolder, isConfigName } from './source.js';
import { type Scope, traceAll } from './trail.js';
import { digestOf, filesBehind, type Look, lookAt } from './watch-state.js';

/** How long a file must stay as it is before it counts as written, in milliseconds. */
const QUIET = 50;

/** The same for several files, which belong together. */
const QUIET_TOGETHER = 150;

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
 * Calls `onChange` whenever the content behind the paths (files, or folders of configs) has become another one and has
 * settled: written, replaced, moved, relinked at any part of a path, gone or back, and in a folder added or removed.
 * One call a burst; calls never overlap. What counts as a change is measured against the content at the time of this
 * call; resolves once the watch stands.
 */
export async function watchConfig(
  paths: readonly string[],
  onChange: () => unknown,
  options: WatchOptions,
): Promise<ConfigWatcher> {
  const watcher = new PathsWatcher(paths, onChange, options);
  await watcher.open();
  return watcher;
}

class PathsWatcher implements ConfigWatcher {
  readonly #paths: readonly string[];
  readonly #onChange: () => unknown;
  readonly #log: Logger;
  readonly #heartbeat: number;
  readonly #closed = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #watching: FSWatcher | undefined;
  #scope: Scope | undefined;
  /** The files that counted when the content was last looked at. */
  #files: readonly string[] = [];
  #mark = '';
  #digest = '';
  #hinted = false;
  #checking = false;

  constructor(paths: readonly string[], onChange: () => unknown, options: WatchOptions) {
    this.#paths = paths;
    this.#onChange = onChange;
    this.#log = options.log;
    this.#heartbeat = options.heartbeat ?? HEARTBEAT;
  }

  async open(): Promise<void> {
    const { mark, files } = await lookAt(this.#paths, []);
    this.#mark = mark;
    this.#files = files;
    this.#digest = await digestOf(files);
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
    if ((await lookAt(this.#paths, this.#files)).mark !== this.#mark) this.#hint();
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
        this.#mark = (await settle(this.#paths, this.#files, this.#closed.signal)).mark;
        await this.#follow();
        await this.#compare();
      } catch (error) {
        // An abort only says that the watcher was closed while it waited.
        if (this.#closed.signal.aborted) break;
        this.#log.error({ err: error }, `cannot follow ${this.#paths.join(', ')}: ${messageOf(error)}`);
      }
    }
    this.#checking = false;
  }

  async #compare(): Promise<void> {
    const before = this.#files;
    this.#files = await filesBehind(this.#paths);
    const digest = await digestOf(this.#files);
    // A save that began while the content was read may have shown half of itself: it is looked at again.
    if ((await lookAt(this.#paths, before)).mark !== this.#mark) {
      this.#hinted = true;
      return;
    }
    if (digest === this.#digest || this.#closed.signal.aborted) return;
    this.#digest = digest;
    await this.#onChange();
  }

  /** Moves the watch when the paths lead through other folders than before. */
  async #follow(): Promise<void> {
    const scope = await traceAll(this.#paths, (path) => filesInFolder(path).catch(() => undefined));
    if (scope.key === this.#scope?.key || this.#closed.signal.aborted) return;
    this.#scope = scope;
    // The old watch goes first: chokidar would share its inotify handle with a new one on a folder of the same
    // name, and that handle belongs to the folder that stood there before.
    await this.#watching?.close();
    if (this.#closed.signal.aborted) return;
    this.#watching = this.#watch(scope);
    await ready(this.#watching, this.#closed.signal);
    // What happened before the new watch stood was announced to nobody.
    this.#hinted = true;
  }

  /** Watches folders, not files: a file that is renamed over or relinked takes a watch of its own with it. */
  #watch({ folders, entries, configFolders }: Scope): FSWatcher {
    const names = new Set([...folders, ...entries].map((path) => basename(path)));
    const matters = (path: string): boolean =>
      folders.has(path) ||
      entries.has(path) ||
      (configFolders.has(dirname(path)) && isConfigName(basename(path)));
    const watching = watch([...folders], {
      depth: 0,
      followSymlinks: false,
      ignoreInitial: true,
      // The neighbours in a folder may be many, and none of them is our concern.
      ignored: (path) => !matters(path),
    });
    watching.on('all', () => this.#hint());
    // Chokidar compares times before it speaks; the raw events say also what it keeps to itself.
    watching.on('raw', (_event, path) => {
      const name = basename(path);
      if (names.has(name) || (configFolders.size > 0 && isConfigName(name))) this.#hint();
    });
    watching.on('error', (error) => {
      this.#log.error({ err: error }, `cannot watch ${this.#paths.join(', ')}: ${messageOf(error)}`);
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

/** Waits until the files have stayed the same for a while, and longer where one is empty or absent. */
async function settle(
  paths: readonly string[],
  before: readonly string[],
  signal: AbortSignal,
): Promise<Look> {
  let last = await lookAt(paths, before);
  let blankSince: number | undefined;
  for (;;) {
    // Several files are seldom written at once, and half of them may be worse than none.
    await delay(last.files.length > 1 || before.length > 1 ? QUIET_TOGETHER : QUIET, undefined, { signal });
    const look = await lookAt(paths, before);
    blankSince = look.isBlank ? (blankSince ?? performance.now()) : undefined;
    const patient = blankSince !== undefined && performance.now() - blankSince < PATIENCE;
    if (look.mark === last.mark && !patient) return look;
    last = look;
  }
}
