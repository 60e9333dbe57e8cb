import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, realpath, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type ConfigWatcher, watchConfig } from '#gateway/config/watch.js';
import { mountConfigMap, updateConfigMap } from '../helpers/config-map.js';
import { waitFor } from '../helpers/wait-for.js';

const FIRST = 'first\n';
const SECOND = 'other\n';
/** Much longer than the watcher takes to tell a save, so that a call too many would show. */
const AFTERMATH = 300;

describe('watchConfig', () => {
  let dir = '';
  let watcher: ConfigWatcher | undefined;
  const complaints: string[] = [];
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (_fields: object, message: string) => complaints.push(message),
  };

  /** Watches without heartbeat, so that events alone must do, and gathers what the file held at each call. */
  async function watching(file: string, heartbeat = 0): Promise<string[]> {
    const seen: string[] = [];
    const onChange = async () => {
      seen.push(await readFile(file, 'utf8').catch(() => 'absent'));
    };
    watcher = await watchConfig([file], onChange, { log, heartbeat });
    return seen;
  }

  beforeEach(async () => {
    complaints.length = 0;
    dir = await realpath(await mkdtemp(join(tmpdir(), 'watch-')));
  });
  afterEach(async () => {
    await watcher?.close();
    await rm(dir, { recursive: true, force: true });
    assert.deepEqual(complaints, []);
  });

  it('tells of every edit that stood long enough, two in one second too', async () => {
    const file = join(dir, 'kong.yaml');
    await writeFile(file, FIRST);
    const seen = await watching(file);
    const at = new Date(2026, 0, 1);
    for (const [index, text] of ['one..', 'two..', 'one..', 'three'].entries()) {
      await writeFile(file, text);
      await utimes(file, at, at);
      await waitFor(text, () => seen.length === index + 1);
    }
    assert.deepEqual(seen, ['one..', 'two..', 'one..', 'three']);
  });

  it('goes on after each kind of change, again and again', async () => {
    await mountConfigMap(dir, FIRST);
    const file = join(dir, 'kong.yaml');
    const seen = await watching(file);
    for (let round = 1; round <= 4; round += 1) {
      await updateConfigMap(dir, `..swap_${round}`, `swap ${round}`);
      await waitFor('the swap', () => seen.at(-1) === `swap ${round}`);
      await writeFile(join(dir, '..data', 'kong.yaml'), `write ${round}`);
      await waitFor('the write', () => seen.at(-1) === `write ${round}`);
    }
    assert.equal(seen.length, 8);
  });

  it('tells that the file is gone for good, and that it is back', async () => {
    const file = join(dir, 'kong.yaml');
    await writeFile(file, FIRST);
    const seen = await watching(file);
    await unlink(file);
    await waitFor('the loss', () => seen.length === 1);
    await writeFile(file, SECOND);
    await waitFor('the return', () => seen.length === 2);
    assert.deepEqual(seen, ['absent', SECOND]);
  });

  it('follows a folder that another one of the same name has replaced', async () => {
    const file = join(dir, 'conf', 'kong.yaml');
    await mkdir(join(dir, 'conf'));
    await writeFile(file, FIRST);
    const seen = await watching(file);
    await mkdir(join(dir, 'new'));
    await writeFile(join(dir, 'new', 'kong.yaml'), SECOND);
    await rename(join(dir, 'conf'), join(dir, 'old'));
    await rename(join(dir, 'new'), join(dir, 'conf'));
    await waitFor('the replacement', () => seen.length === 1);
    await delay(AFTERMATH);
    await writeFile(file, 'third');
    await waitFor('an edit in the new folder', () => seen.length === 2);
    assert.deepEqual(seen, [SECOND, 'third']);
  });

  it('finds the file again after its folder vanished, and the folder above it too', async () => {
    const conf = join(dir, 'a', 'b');
    const file = join(conf, 'kong.yaml');
    await mkdir(conf, { recursive: true });
    await writeFile(file, FIRST);
    const seen = await watching(file);
    await rm(join(dir, 'a'), { recursive: true });
    await waitFor('the loss', () => seen.length === 1);
    await mkdir(conf, { recursive: true });
    await writeFile(file, SECOND);
    await waitFor('the return', () => seen.length === 2);
    await writeFile(file, FIRST);
    await waitFor('an edit in the new folder', () => seen.length === 3);
    assert.deepEqual(seen, ['absent', SECOND, FIRST]);
  });

  it('sees by its heartbeat what no event announces', async () => {
    const file = join(dir, 'a', 'b', 'kong.yaml');
    for (const [folder, text] of [
      ['a', FIRST],
      ['z', SECOND],
    ] as const) {
      await mkdir(join(dir, folder, 'b'), { recursive: true });
      await writeFile(join(dir, folder, 'b', 'kong.yaml'), text);
    }
    const seen = await watching(file, 50);
    await rename(join(dir, 'a'), join(dir, 'y'));
    await rename(join(dir, 'z'), join(dir, 'a'));
    await waitFor('the change', () => seen.length === 1);
    await writeFile(file, FIRST);
    await waitFor('an edit in the new folder', () => seen.length === 2);
    assert.deepEqual(seen, [SECOND, FIRST]);
  });

  it('never runs two callbacks at once, and makes up for what changed meanwhile', async () => {
    const file = join(dir, 'kong.yaml');
    await writeFile(file, FIRST);
    const seen: string[] = [];
    let running = 0;
    let most = 0;
    let release = () => {};
    const held = async () => {
      running += 1;
      most = Math.max(most, running);
      seen.push(await readFile(file, 'utf8'));
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      running -= 1;
    };
    watcher = await watchConfig([file], held, { log, heartbeat: 0 });
    for (let edit = 1; edit <= 3; edit += 1) {
      await writeFile(file, `edit ${edit}`);
      if (edit === 1) await waitFor('the first call', () => seen.length === 1);
      else await delay(AFTERMATH);
    }
    assert.deepEqual(seen, ['edit 1']);
    release();
    await waitFor('the second call', () => seen.length === 2);
    release();
    await delay(AFTERMATH);
    assert.deepEqual(seen, ['edit 1', 'edit 3']);
    assert.equal(most, 1);
  });

  it('goes on after a callback that failed', async () => {
    const file = join(dir, 'kong.yaml');
    await writeFile(file, FIRST);
    let calls = 0;
    const failing = () => {
      calls += 1;
      throw new Error('not today');
    };
    watcher = await watchConfig([file], failing, { log, heartbeat: 0 });
    for (const text of [SECOND, FIRST]) {
      const before = calls;
      await writeFile(file, text);
      await waitFor('the call', () => calls === before + 1);
    }
    assert.equal(complaints.length, 2);
    assert.match(complaints.join(), /not today/);
    complaints.length = 0;
  });

  it('is silent once closed, and may be closed twice', async () => {
    const file = join(dir, 'kong.yaml');
    await writeFile(file, FIRST);
    const seen = await watching(file);
    await writeFile(file, SECOND);
    await watcher?.close();
    await watcher?.close();
    await writeFile(file, 'third');
    await delay(AFTERMATH);
    assert.deepEqual(seen, []);
  });

  it('waits for a file that is not there yet', async () => {
    const file = join(dir, 'later', 'kong.yaml');
    const seen = await watching(file);
    await mkdir(join(dir, 'later'));
    await writeFile(file, FIRST);
    await waitFor('the call', () => seen.length === 1);
    assert.deepEqual(seen, [FIRST]);
  });
});
