import assert from 'node:assert/strict';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  open,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { watchConfig } from '#gateway/config/watch.js';
import { mountConfigMap, retarget, updateConfigMap } from '../helpers/config-map.js';
import { recordingLog } from '../helpers/gateway.js';
import { waitFor } from '../helpers/wait-for.js';

const FIRST = 'first\n';
const SECOND = 'other\n';
/** Much longer than the watcher takes to tell a save, so that a call too many would show. */
const AFTERMATH = 300;

interface Place {
  /** An empty folder, no part of whose path is a link. */
  readonly dir: string;
  /** The path that is watched. */
  readonly file: string;
}

interface Row {
  readonly name: string;
  /** Lays out the place; the default writes the file. */
  readonly prepare?: (place: Place) => Promise<void>;
  readonly act: (place: Place) => Promise<void>;
  /** What the file holds at each call, `absent` where it cannot be read. */
  readonly seen: readonly string[];
  /** The watched path inside the folder. */
  readonly path?: string;
}

async function releases({ dir }: Place): Promise<void> {
  for (const [release, text] of [
    ['v1', FIRST],
    ['v2', SECOND],
  ] as const) {
    await mkdir(join(dir, release));
    await writeFile(join(dir, release, 'kong.yaml'), text);
  }
  await symlink('v1', join(dir, 'current'));
}

async function inFolder({ dir }: Place): Promise<void> {
  await mkdir(join(dir, 'conf'));
  await writeFile(join(dir, 'conf', 'kong.yaml'), FIRST);
}

const rows: readonly Row[] = [
  {
    name: 'an in-place write',
    act: ({ file }) => writeFile(file, SECOND),
    seen: [SECOND],
  },
  {
    name: 'an append',
    act: ({ file }) => appendFile(file, SECOND),
    seen: [FIRST + SECOND],
  },
  {
    name: 'truncate, then write after a while',
    act: async ({ file }) => {
      await truncate(file);
      await delay(200);
      await writeFile(file, SECOND);
    },
    seen: [SECOND],
  },
  {
    name: 'a write in many small pieces',
    act: async ({ file }) => {
      const handle = await open(file, 'w');
      for (const letter of SECOND) {
        await handle.write(letter);
        await delay(15);
      }
      await handle.close();
    },
    seen: [SECOND],
  },
  {
    name: 'a rename over, as atomic writers save',
    act: async ({ dir, file }) => {
      await writeFile(join(dir, '.kong.yaml.tmp'), SECOND);
      await rename(join(dir, '.kong.yaml.tmp'), file);
    },
    seen: [SECOND],
  },
  {
    name: 'vim: the old file moved to a backup, a new one written, the backup removed',
    act: async ({ file }) => {
      await rename(file, `${file}~`);
      await writeFile(file, SECOND);
      await unlink(`${file}~`);
    },
    seen: [SECOND],
  },
  {
    name: 'delete, then create after a while',
    act: async ({ file }) => {
      await unlink(file);
      await delay(200);
      await writeFile(file, SECOND);
    },
    seen: [SECOND],
  },
  {
    name: 'same size and same times',
    act: async ({ file }) => {
      const at = new Date(2026, 0, 1);
      await utimes(file, at, at);
      await writeFile(file, SECOND);
      await utimes(file, at, at);
    },
    seen: [SECOND],
  },
  {
    name: 'chmod',
    act: ({ file }) => chmod(file, 0o600),
    seen: [],
  },
  {
    name: 'touch',
    act: ({ file }) => utimes(file, new Date(), new Date()),
    seen: [],
  },
  {
    name: 'a save of the same content by rename',
    act: async ({ dir, file }) => {
      await writeFile(join(dir, 'copy'), FIRST);
      await rename(join(dir, 'copy'), file);
    },
    seen: [],
  },
  {
    name: 'a neighbour',
    act: ({ dir }) => writeFile(join(dir, 'other.yaml'), SECOND),
    seen: [],
  },
  {
    name: 'a ConfigMap swap',
    prepare: ({ dir }) => mountConfigMap(dir, FIRST),
    act: ({ dir }) => updateConfigMap(dir, '..2026_02', SECOND),
    seen: [SECOND],
  },
  {
    name: 'a ConfigMap swap that changes another file of the map only',
    prepare: ({ dir }) => mountConfigMap(dir, FIRST),
    act: ({ dir }) => updateConfigMap(dir, '..2026_02', FIRST),
    seen: [],
  },
  {
    name: 'a link that gets another target',
    prepare: async ({ dir, file }) => {
      await writeFile(join(dir, 'a.yaml'), FIRST);
      await writeFile(join(dir, 'b.yaml'), SECOND);
      await symlink('a.yaml', file);
    },
    act: ({ dir, file }) => retarget(file, join(dir, 'b.yaml')),
    seen: [SECOND],
  },
  {
    name: 'a link whose target in another folder is edited',
    prepare: async ({ dir, file }) => {
      await inFolder({ dir, file });
      await symlink(join(dir, 'conf', 'kong.yaml'), file);
    },
    act: ({ dir }) => writeFile(join(dir, 'conf', 'kong.yaml'), SECOND),
    seen: [SECOND],
  },
  {
    name: 'a link to the folder that gets another target',
    path: 'current/kong.yaml',
    prepare: releases,
    act: ({ dir }) => retarget(join(dir, 'current'), 'v2'),
    seen: [SECOND],
  },
  {
    name: 'the folder replaced by another one',
    path: 'conf/kong.yaml',
    prepare: inFolder,
    act: async ({ dir }) => {
      await mkdir(join(dir, 'new'));
      await writeFile(join(dir, 'new', 'kong.yaml'), SECOND);
      await rename(join(dir, 'conf'), join(dir, 'old'));
      await rename(join(dir, 'new'), join(dir, 'conf'));
    },
    seen: [SECOND],
  },
  {
    name: 'a link that points nowhere for a while',
    prepare: async ({ dir, file }) => {
      await writeFile(join(dir, 'a.yaml'), FIRST);
      await symlink('a.yaml', file);
    },
    act: async ({ dir, file }) => {
      await retarget(file, 'b.yaml');
      await delay(200);
      await writeFile(join(dir, 'b.yaml'), SECOND);
    },
    seen: [SECOND],
  },
];

describe('the watch matrix', { concurrency: 4 }, () => {
  for (const row of rows) {
    it(`${row.seen.length === 0 ? 'keeps quiet on' : 'tells once of'} ${row.name}`, async () => {
      const dir = await realpath(await mkdtemp(join(tmpdir(), 'watch-')));
      const place = { dir, file: join(dir, row.path ?? 'kong.yaml') };
      await (row.prepare?.(place) ?? writeFile(place.file, FIRST));
      const { log, logged } = recordingLog();
      const seen: string[] = [];
      const onChange = async () => {
        seen.push(await readFile(place.file, 'utf8').catch(() => 'absent'));
      };
      // No heartbeat: events alone must do.
      const watcher = await watchConfig([place.file], onChange, { log, heartbeat: 0 });
      try {
        await row.act(place);
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
