/**
 * How long a large config takes from text to router, stage by stage, and how much memory a check needs:
 * `node .build/bench/load.js [ROUTES …]`, 10,000 and 50,000 unless given. Every size runs in a process of its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Identities } from '#gateway/config/identities.js';
import { loadConfigs } from '#gateway/config/load.js';
import { normalizeEntities } from '#gateway/config/normalize.js';
import { parseConfig } from '#gateway/config/parse.js';
import { listEntities } from '#gateway/config/placed.js';
import { checkReferences } from '#gateway/config/references.js';
import { tidyConfig } from '#gateway/config/tidy.js';
import { validateConfig } from '#gateway/config/validate.js';
import { ROUTE_RULES } from '#gateway/lint/route-rules.js';
import { buildRouter } from '#gateway/router/build.js';
import { root } from '../test/helpers/root.js';

const ROUTES_PER_SERVICE = 10;

/** A config as teams write it: prefixes, some regexes, hosts, methods, and now and then a plugin. */
function sampleConfig(count: number): object {
  const services = Array.from({ length: Math.ceil(count / ROUTES_PER_SERVICE) }, (_, s) => ({
    name: `service-${s}`,
    url: `http://app-${s}.internal:8080/base`,
    tags: ['team-a', `team-${s % 20}`],
    routes: Array.from({ length: Math.min(ROUTES_PER_SERVICE, count - s * ROUTES_PER_SERVICE) }, (__, r) => ({
      name: `route-${s}-${r}`,
      hosts: [`app-${s % 500}.example.com`],
      paths: r % 5 === 0 ? [`~/v1/s${s}/r${r}/(?<id>\\d+)$`] : [`/v1/s${s}/r${r}`],
      methods: ['GET', 'POST'],
      strip_path: r % 2 === 0,
      ...(r === 0 ? { plugins: [{ name: 'rate-limiting', config: { minute: 60, policy: 'local' } }] } : {}),
    })),
  }));
  return { _format_version: '3.0', services };
}

function toYaml(config: object, indent = ''): string {
  return Object.entries(config)
    .map(([key, value]) => {
      if (Array.isArray(value) && typeof value[0] === 'object') {
        const items = value.map(
          (item: object) => `${indent}- ${toYaml(item, `${indent}  `).slice(indent.length + 2)}`,
        );
        return `${indent}${key}:\n${items.join('')}`;
      }
      if (typeof value === 'object' && !Array.isArray(value))
        return `${indent}${key}:\n${toYaml(value, `${indent}  `)}`;
      // As people write it: texts with a backslash in single quotes.
      const text = JSON.stringify(value).replaceAll(
        /"([^"]*\\\\[^"]*)"/g,
        (_, inner: string) => `'${inner.replaceAll('\\\\', '\\')}'`,
      );
      return `${indent}${key}: ${text}\n`;
    })
    .join('');
}

interface Measured {
  readonly [stage: string]: number;
}

function measure(text: string, count: number): Measured {
  const took: Record<string, number> = {};
  const time = <T>(stage: string, work: () => T): T => {
    const start = performance.now();
    const result = work();
    took[stage] = performance.now() - start;
    return result;
  };
  const source = { file: 'kong.yaml', text };
  const value = time('parse', () => parseConfig(source).value);
  if (value === undefined) throw new Error('the sample does not parse');
  const placed = listEntities(value);
  tidyConfig(value, placed);
  const identities = new Identities(placed);
  const findings = time('validate', () => {
    const broken = validateConfig(value, placed);
    return [...broken, ...checkReferences(value, placed, identities, broken)];
  });
  if (findings.length > 0) throw new Error(`the sample is invalid: ${findings[0]?.message}`);
  time('normalise', () => normalizeEntities(value, placed, identities));
  const { config } = time('load', () => loadConfigs([source]));
  const { warnings } = time('load and lint', () => loadConfigs([source], { rules: ROUTE_RULES }));
  time('build', () => buildRouter(config));
  if (config.routes.length !== count || warnings.length > 0)
    throw new Error(`${config.routes.length} routes, ${warnings.length} warnings: ${warnings[0]?.message}`);
  return took;
}

/** `gateway check` on a file: how long the process ran and computed, and its peak memory in MiB. */
function checkFile(file: string): {
  readonly seconds: number;
  readonly cpu: number;
  readonly memory: number;
} {
  const report = `process.on('exit', () => process.stderr.write('maxRSS=' + process.resourceUsage().maxRSS + ' cpu=' + process.cpuUsage().user))`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(report)}`];
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [...args, join(root, 'bin', 'gateway.js'), 'check', file],
    {
      encoding: 'utf8',
    },
  );
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`check failed: ${stderr.slice(0, 1000)}`);
  const used = (name: string) => Number(new RegExp(`${name}=(\\d+)`).exec(stderr)?.[1]);
  return { seconds, cpu: used('cpu') / 1e6, memory: used('maxRSS') / 1024 };
}

function main(counts: readonly number[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'bench-load-'));
  try {
    for (const count of counts) {
      for (const [format, text] of [
        ['yaml', toYaml(sampleConfig(count))],
        ['json', JSON.stringify(sampleConfig(count))],
      ] as const) {
        const file = join(folder, `${count}.${format}`);
        writeFileSync(file, text);
        const stages: Measured = JSON.parse(
          execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--measure', file, String(count)], {
            encoding: 'utf8',
          }),
        );
        const { seconds, cpu, memory } = checkFile(file);
        const size = `${(text.length / 1024 / 1024).toFixed(1)} MiB`;
        console.log(`${count.toLocaleString('en')} routes, ${format}, ${size}`);
        for (const [stage, ms] of Object.entries(stages))
          console.log(`  ${stage.padEnd(14)} ${ms.toFixed(0).padStart(6)} ms`);
        console.log(
          `  gateway check  ${seconds.toFixed(2).padStart(6)} s (${cpu.toFixed(2)} s of computing), ${memory.toFixed(0)} MiB at most`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [flag, file, count] = process.argv.slice(2);
if (flag === '--measure' && file !== undefined) {
  const { readFileSync } = await import('node:fs');
  console.log(JSON.stringify(measure(readFileSync(file, 'utf8'), Number(count))));
} else {
  const given = process.argv.slice(2).map(Number);
  main(given.length > 0 ? given : [10_000, 50_000]);
}
