import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { AccessLog } from '#gateway/access-log/access-log.js';
import { openAccessLog } from '#gateway/access-log/open.js';
import { SettingsError } from '#gateway/errors.js';
import type { Logger } from '#gateway/log.js';
import { accessEntry } from '../helpers/access-entry.js';
import { launch } from '../helpers/command.js';
import { root } from '../helpers/root.js';
import { waitFor } from '../helpers/wait-for.js';

const CHILD = join(root, '.build', 'test', 'helpers', 'access-log-child.js');
const { O_RDONLY, O_NONBLOCK } = constants;

describe('the places of an access log', () => {
  let folder = '';
  let path = '';
  let log: AccessLog | undefined;
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'access-log-'));
    path = join(folder, 'access.log');
  });
  afterEach(async () => {
    await log?.close();
    log = undefined;
    await rm(folder, { recursive: true });
  });

  function open(): AccessLog {
    log = openAccessLog({ format: 'json', file: path }, logger);
    return log;
  }

  function targets(text: string): readonly string[] {
    const lines = text.trimEnd().split('\n');
    return lines.map((line) => (JSON.parse(line) as { readonly path: string }).path);
  }

  it('appends to a file', async () => {
    await writeFile(path, `${JSON.stringify({ path: 'before' })}\n`);
    open().record(accessEntry({ target: '/a' }));
    await log?.close();
    assert.deepEqual(targets(await readFile(path, 'utf8')), ['before', '/a']);
  });

  it('gives a new file the mode of a log', async () => {
    open();
    assert.equal((await stat(path)).mode & 0o133, 0);
  });

  it('writes on to a new file when the old one was moved away', async () => {
    const moved = join(folder, 'access.log.1');
    open().record(accessEntry({ target: '/a' }));
    await waitFor('the line', async () => (await readFile(path, 'utf8')) !== '');
    await rename(path, moved);
    log?.reopen();
    log?.record(accessEntry({ target: '/b' }));
    await log?.close();
    assert.deepEqual(targets(await readFile(moved, 'utf8')), ['/a']);
    assert.deepEqual(targets(await readFile(path, 'utf8')), ['/b']);
  });

  it('refuses a place that cannot be written', async () => {
    path = folder;
    assert.throws(
      open,
      (error) => error instanceof SettingsError && /cannot be opened: EISDIR/.test(error.message),
    );
    path = join(folder, 'missing', 'access.log');
    assert.throws(open, /cannot be opened: ENOENT/);
    path = join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [path]);
    assert.throws(open, /cannot be opened: ENXIO/);
  });

  it('keeps the lines of several processes whole on one pipe', async () => {
    await promisify(execFile)('mkfifo', [path]);
    const standIn = openSync(path, O_RDONLY | O_NONBLOCK);
    const writers = ['a', 'b', 'c'].map((tag) => launch(CHILD, [path, '4000', tag, 'hold']));
    // Nobody reads until all have more to write than the pipe takes.
    for (const { stderr } of writers) await waitFor('a writer', () => stderr().includes('recorded'));
    const reading = promisify(execFile)('cat', [path], { maxBuffer: 1e8 });
    for (const writer of writers) writer.signal('SIGTERM');
    for (const { ended } of writers) assert.equal((await ended).code, 0);
    const seen = targets((await reading).stdout);
    closeSync(standIn);
    assert.equal(seen.length, 12_000);
    for (const tag of ['/a', '/b', '/c']) {
      assert.equal(seen.filter((target) => target === tag).length, 4000, tag);
    }
  });

  it('ends in spite of a reader that has stalled', async () => {
    await promisify(execFile)('mkfifo', [path]);
    const reader = openSync(path, O_RDONLY | O_NONBLOCK);
    const child = launch(CHILD, [path, '4000', 'stalled']);
    const { code, stderr } = await child.ended;
    closeSync(reader);
    assert.equal(code, 0);
    assert.match(stderr, /lines of the access log .* were dropped/);
  });

  it('reaches the standard output of its process, be it a pipe, a socket or a file', async () => {
    const direct = launch(CHILD, ['/dev/stdout', '300', 'socket']);
    const { stdout } = await direct.ended;
    assert.deepEqual(
      targets(stdout),
      Array.from({ length: 300 }, () => '/socket'),
    );
    const script = 'node "$1" /dev/stdout 300 pipe | cat; node "$1" /dev/stdout 300 file > "$2"';
    const shell = await promisify(execFile)('sh', ['-c', script, 'sh', CHILD, path]);
    assert.deepEqual(
      targets(shell.stdout),
      Array.from({ length: 300 }, () => '/pipe'),
    );
    assert.deepEqual(
      targets(await readFile(path, 'utf8')),
      Array.from({ length: 300 }, () => '/file'),
    );
  });
});
