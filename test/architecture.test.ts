import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, it } from 'node:test';
import { root } from './helpers/root.js';

/** The rows of docs/architecture.md: a part may import from rows above it (lower numbers) and from itself only. */
const ROWS: Readonly<Record<string, number>> = {
  errors: 0,
  log: 0,
  'dns-settings': 0,
  settings: 0,
  'access-log-settings': 0,
  'listen-settings': 0,
  'ip-address': 0,
  'real-ip-settings': 0,
  'upstream-tls-settings': 0,
  'tls-settings': 0,
  version: 0,
  uri: 0,
  regex: 0,
  'regex-syntax': 0,
  steps: 0,
  config: 1,
  dns: 1,
  router: 2,
  balancer: 2,
  consumers: 2,
  tls: 2,
  metrics: 2,
  'access-log': 2,
  lint: 3,
  upstreams: 3,
  phases: 3,
  snapshot: 4,
  plugins: 4,
  proxy: 5,
  admin: 5,
  'data-plane': 6,
  gateway: 7,
  cluster: 7,
  cli: 8,
};

/** Row 0 has an order of its own: what the others are made of comes first. */
const FOUNDATION: readonly string[] = [
  'errors',
  'log',
  'version',
  'steps',
  'uri',
  'regex-syntax',
  'regex',
  'access-log-settings',
  'listen-settings',
  'dns-settings',
  'ip-address',
  'real-ip-settings',
  'upstream-tls-settings',
  'tls-settings',
  'settings',
];

/** Each library has one file that imports it. */
const IMPORTERS: Readonly<Record<string, string>> = {
  yaml: 'config/yaml.ts',
  ajv: 'config/validate.ts',
  chokidar: 'config/watch.ts',
  'dns-packet': 'dns/message.ts',
  'http-proxy': 'proxy/forward.ts',
  commander: 'cli/main.ts',
  pino: 'log.ts',
};

const MAX_LINES = 400;

interface SourceFile {
  /** Relative to src, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const src = join(root, 'src');
const files: readonly SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(src, path), 'utf8');
    const imports = Array.from(
      text.matchAll(/^(?:import|export)\b[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm),
    );
    return {
      path: path.replaceAll('\\', '/'),
      text,
      imports: imports.map((found) => found[1] ?? found[2] ?? ''),
    };
  });

function partOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/\.ts$/, '');
}

function resolve(from: SourceFile, specifier: string): string {
  return normalize(join(dirname(from.path), specifier))
    .replaceAll('\\', '/')
    .replace(/\.js$/, '.ts');
}

function localImports(file: SourceFile): readonly string[] {
  return file.imports
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(file, specifier));
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

describe('architecture', () => {
  it('knows every part of src', () => {
    const unknown = files.map((file) => partOf(file.path)).filter((part) => ROWS[part] === undefined);
    assert.deepEqual(unknown, []);
  });

  it('imports upwards only, never sideways', () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const target of localImports(file)) {
        const [from, to] = [partOf(file.path), partOf(target)];
        if (from === to) continue;
        const [fromRow = -1, toRow = 99] = [ROWS[from], ROWS[to]];
        const downward =
          fromRow === 0 && toRow === 0
            ? FOUNDATION.indexOf(to) >= FOUNDATION.indexOf(from)
            : toRow >= fromRow;
        if (downward) wrong.push(`${file.path} imports ${target}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('has no import cycles', () => {
    const graph = new Map(files.map((file) => [file.path, localImports(file)]));
    const finished = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (finished.has(path) || trail.includes(path)) return;
      for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
      finished.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    assert.deepEqual(cycles, []);
  });

  it('imports each library in one file, and only libraries that have one', () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const specifier of file.imports) {
        if (specifier.startsWith('.') || specifier.startsWith('node:')) continue;
        const name = packageOf(specifier);
        if (IMPORTERS[name] !== file.path) wrong.push(`${file.path} imports ${name}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('keeps files short', () => {
    const long = files.filter((file) => file.text.split('\n').length > MAX_LINES).map((file) => file.path);
    assert.deepEqual(long, []);
  });

  it('writes to the console in src/cli only', () => {
    const wrong = files.filter((file) => /\bconsole\./.test(file.text) && partOf(file.path) !== 'cli');
    assert.deepEqual(
      wrong.map((file) => file.path),
      [],
    );
  });

  it('lists every dependency of package.json with its importer', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    assert.deepEqual(Object.keys(manifest.dependencies).sort(), Object.keys(IMPORTERS).sort());
    for (const importer of Object.values(IMPORTERS)) {
      assert.ok(
        files.some((file) => file.path === importer),
        `${importer} does not exist (${relative(root, src)})`,
      );
    }
  });
});
