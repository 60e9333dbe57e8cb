import assert from 'node:assert/strict';
import {
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { filesInFolder } from '#gateway/config/source.js';
import { watchConfig } from '#gateway/config/watch.js';
import { mountConfigMap, retarget, updateConfigMap } from '../helpers/config-map.js';
import { recordingLog } from '../helpers/gateway.js';
import { waitFor } from '../helpers/wait-for.js';

/** Much longer than the watcher takes to tell a save, so that a call too many would show. */
const AFTERMATH = 400;

interface Row {
  readonly name: string;
  /** What is watched, inside the place; `conf` unless given. */
  readonly paths?: readonly string[];
  /** Lays out the place; the default writes conf/a.yaml and conf/b.yaml. */
  readonly prepare?: (dir: string) => Promise<void>;
  readonly act: (dir: string) => Promise<void>;
  /** What the files hold at each call, joined; `absent` where there is none. */
  readonly seen: readonly string[];
}

async function twoFiles(dir: string): Promise<void> {
  await mkdir(join(dir, 'conf'));
  await writeFile(join(dir, 'conf', 'a.yaml'), 'a');
  await writeFile(join(dir, 'conf', 'b.yaml'), 'b');
}

const rows: readonly Row[] = [
  { name: 'a file written', act: (dir) => writeFile(join(dir, 'conf', 'b.yaml'), 'B'), seen: ['a+B'] },
  { name: 'a file added', act: (dir) => writeFile(join(dir, 'conf', 'c.yml'), 'c'), seen: ['a+b+c'] },
  { name: 'a file removed', act: (dir) => unlink(join(dir, 'conf', 'a.yaml')), seen: ['b'] },
  {
    name: 'a file renamed',
    act: (dir) => rename(join(dir, 'conf', 'a.yaml'), join(dir, 'conf', 'c.yaml')),
    seen: ['b+a'],
  },
  {
    name: 'a file that gets another ending',
    act: (dir) => rename(join(dir, 'conf', 'a.yaml'), join(dir, 'conf', 'a.yaml.off')),
    seen: ['b'],
  },
  {
    name: 'an added file that is edited later',
    act: async (dir) => {
      await writeFile(join(dir, 'conf', 'c.yaml'), 'c');
      await delay(800);
      await writeFile(join(dir, 'conf', 'c.yaml'), 'C');
    },
    seen: ['a+b+c', 'a+b+C'],
  },
  {
    name: 'a save by delete and create',
    act: async (dir) => {
      await unlink(join(dir, 'conf', 'a.yaml'));
      await delay(250);
      await writeFile(join(dir, 'conf', 'a.yaml'), 'A');
    },
    seen: ['A+b'],
  },
  {
    name: 'a save by truncate and write',
    act: async (dir) => {
      await truncate(join(dir, 'conf', 'a.yaml'));
      await delay(250);
      await writeFile(join(dir, 'conf', 'a.yaml'), 'A');
    },
    seen: ['A+b'],
  },
  {
    name: 'many files in a burst',
    act: async (dir) => {
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
        await writeFile(join(dir, 'conf', `${name}.yaml`), name.toUpperCase());
        await delay(20);
      }
    },
    seen: ['A+B+C+D+E+F'],
  },
  {
    name: 'the folder replaced by another one',
    act: async (dir) => {
      await mkdir(join(dir, 'new'));
      await writeFile(join(dir, 'new', 'n.yaml'), 'n');
      await rename(join(dir, 'conf'), join(dir, 'old'));
      await rename(join(dir, 'new'), join(dir, 'conf'));
    },
    seen: ['n'],
  },
  {
    name: 'a link to the folder that gets another target',
    prepare: async (dir) => {
      await twoFiles(dir);
      await mkdir(join(dir, 'v2'));
      await writeFile(join(dir, 'v2', 'a.yaml'), '2');
      await symlink('conf', join(dir, 'current'));
    },
    paths: ['current'],
    act: (dir) => retarget(join(dir, 'current'), 'v2'),
    seen: ['2'],
  },
  {
    name: 'a ConfigMap swap',
    prepare: async (dir) => {
      await mkdir(join(dir, 'conf'));
      await mountConfigMap(join(dir, 'conf'), 'one');
    },
    act: (dir) => updateConfigMap(join(dir, 'conf'), '..2026_02', 'two'),
    seen: ['two'],
  },
  {
    name: 'a file whose link leads out of the folder',
    prepare: async (dir) => {
      await twoFiles(dir);
      await mkdir(join(dir, 'real'));
      await writeFile(join(dir, 'real', 'c.txt'), 'c');
      await symlink(join(dir, 'real', 'c.txt'), join(dir, 'conf', 'c.yaml'));
    },
    act: (dir) => writeFile(join(dir, 'real', 'c.txt'), 'C'),
    seen: ['a+b+C'],
  },
  {
    name: 'a folder that comes later',
    prepare: async () => undefined,
    act: twoFiles,
    seen: ['a+b'],
  },
  {
    name: 'each of several paths',
    paths: ['one.conf', 'conf'],
    prepare: async (dir) => {
      await twoFiles(dir);
      await writeFile(join(dir, 'one.conf'), '1');
    },
    act: async (dir) => {
      await writeFile(join(dir, 'one.conf'), 'I');
      await writeFile(join(dir, 'conf', 'b.yaml'), 'B');
    },
    seen: ['I+a+B'],
  },
  { name: 'a file of another kind', act: (dir) => writeFile(join(dir, 'conf', 'notes.txt'), 'x'), seen: [] },
  { name: 'a hidden file', act: (dir) => writeFile(join(dir, 'conf', '.a.yaml'), 'x'), seen: [] },
  {
    name: 'a backup that comes and goes',
    act: async (dir) => {
      await writeFile(join(dir, 'conf', 'a.yaml~'), 'x');
      await unlink(join(dir, 'conf', 'a.yaml~'));
    },
    seen: [],
  },
  { name: 'a folder in the folder', act: (dir) => mkdir(join(dir, 'conf', 'more.yaml')), seen: [] },
  { name: 'a neighbour of the folder', act: (dir) => writeFile(join(dir, 'other.yaml'), 'x'), seen: [] },
  {
    name: 'the same content saved again',
    act: async (dir) => {
      await writeFile(join(dir, 'copy'), 'a');
      await rename(join(dir, 'copy'), join(dir, 'conf', 'a.yaml'));
    },
    seen: [],
  },
];

/** What everything that is watched holds. */
async function contentOf(paths: readonly string[]): Promise<string> {
  const files = (await Promise.all(paths.map(async (path) => (await filesInFolder(path)) ?? [path]))).flat();
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => 'absent')));
  return texts.join('+');
}

describe('the watch matrix of folders', { concurrency: 4 }, () => {
  for (const row of rows) {
    it(`${row.seen.length === 0 ? 'keeps quiet on' : 'tells of'} ${row.name}`, async () => {
      const dir = await realpath(await mkdtemp(join(tmpdir(), 'watch-')));
      await (row.prepare ?? twoFiles)(dir);
      const paths = (row.paths ?? ['conf']).map((path) => join(dir, path));
      const { log, logged } = recordingLog();
      const seen: string[] = [];
      const onChange = async () => {
        seen.push(await contentOf(paths));
      };
      // No heartbeat: events alone must do.
      const watcher = await watchConfig(paths, onChange, { log, heartbeat: 0 });
      try {
        await row.act(dir);
        await waitFor('the calls', () => seen.length >= row.seen.length);
        await delay(AFTERMATH);
        assert.deepEqual(seen, row.seen);
        assert.deepEqual(logged, []);
      } finally {
        await watcher.close();
        await rm(dir, { recursive: true, force: true });
      }
    });
  }
});
