import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runGateway } from '../helpers/command.js';

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of configs.
let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'));
  const write = (name: string, ...lines: readonly string[]) =>
    writeFile(join(folder, name), `${lines.join('\n')}\n`);
  await write('good.yaml', '_format_version: "3.0"');
  await write('good.json', '{"_format_version": "3.0", "consumers": [{"custom_id": "a"}]}');
  await write('bad.yaml', '_format_version: "3.0"', 'service: []', 'routes: 7');
  await write('warned.yaml', '_format_version: "3.0"', 'services:', '- name: a', '  host: ${HOST:-a.test}');
  await write('variable.yaml', '_format_version: "3.0"', 'consumers:', '- custom_id: ${CUSTOM}');
  await write(
    'fields.yaml',
    '_format_version: "3.0"',
    'services:',
    '- {name: a, host: b, retries: x, tags: [t]}',
  );
  await write('.env', 'CUSTOM=fromfile');
  await mkdir(join(folder, 'teams'));
  await write('teams/a.yaml', '_format_version: "3.0"', 'services:', '- {name: a, host: a.test}');
  await write('teams/b.yaml', '_format_version: "3.0"', 'routes:', '- {name: b, paths: [/b], service: a}');
});
after(() => rm(folder, { recursive: true }));
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of configs.

const check = (...args: readonly string[]) => runGateway(['check', ...args], { cwd: folder });

describe('gateway check', () => {
  it('says what a valid file amounts to, and exits 0', async () => {
    const { code, stdout, stderr } = await check('good.yaml', 'good.json');
    assert.equal(stderr, '');
    assert.match(stdout, /^good\.yaml: ok, 0 services, 0 routes.*, hash [0-9a-f]{32}\ngood\.json: ok, .*\n$/);
    assert.equal(code, 0);
  });

  it('tells every issue of an invalid file, goes on to the next file, and exits 1', async () => {
    const { code, stdout, stderr } = await check('bad.yaml', 'good.yaml');
    assert.match(stderr, /bad\.yaml:2:1: error: .*\[unknown-field\]/);
    assert.match(stderr, /bad\.yaml:3:9/);
    assert.match(stderr, /^2 errors in bad\.yaml$/m);
    assert.match(stdout, /^good\.yaml: ok/);
    assert.equal(code, 1);
  });

  it('exits 2 when a file cannot be read, whatever the others are', async () => {
    const { code, stderr } = await check('none.yaml', 'bad.yaml');
    assert.match(stderr, /^error: .*none\.yaml/);
    assert.equal(code, 2);
  });

  it('exits 2 without a file', async () => {
    const { code, stderr } = await check();
    assert.match(stderr, /gateway check kong\.yaml/);
    assert.equal(code, 2);
  });

  it('tells warnings, and lets them fail with --strict only', async () => {
    const loose = await check('warned.yaml');
    assert.match(loose.stderr, /warned\.yaml:3:3: warning: .*\[service-without-routes\]/);
    assert.match(loose.stderr, /^1 warning in warned\.yaml$/m);
    assert.match(loose.stdout, /^warned\.yaml: ok/);
    assert.equal(loose.code, 0);
    const strict = await check('--strict', 'warned.yaml');
    assert.match(strict.stderr, /^1 warning in warned\.yaml \(--strict\)$/m);
    assert.equal(strict.stdout, '');
    assert.equal(strict.code, 1);
  });

  it('takes positional files as configs of their own, and --config together, folders too', async () => {
    const alone = await check('teams/b.yaml');
    assert.match(alone.stderr, /there is no service with the name or id "a"/);
    assert.equal(alone.code, 1);
    for (const args of [['-c', 'teams'], ['-c', 'teams/a.yaml', '-c', 'teams/b.yaml'], ['teams']]) {
      const { code, stdout, stderr } = await check('--strict', ...args);
      assert.equal(stderr, '');
      assert.match(stdout, /: ok, 1 service, 1 route/);
      assert.equal(code, 0);
    }
  });

  it('takes variables from the environment and from --env-file', async () => {
    assert.equal((await check('variable.yaml')).code, 1);
    assert.equal((await check('variable.yaml', '--env-file', '.env')).code, 0);
    const own = await runGateway(['check', 'variable.yaml'], { cwd: folder, env: { CUSTOM: 'a' } });
    assert.equal(own.code, 0);
  });

  it('colours only where it is wanted', async () => {
    const { stderr } = await check('bad.yaml');
    assert.ok(!stderr.includes('\u001b['));
  });

  it('writes JSON: every file with its issues, unreadable ones too', async () => {
    const { code, stdout, stderr } = await check('--format', 'json', 'good.yaml', 'bad.yaml', 'none.yaml');
    assert.equal(stderr, '');
    assert.equal(code, 2);
    const reports = JSON.parse(stdout);
    assert.deepEqual(
      reports.map(({ file, valid, issues }: { file: string; valid: boolean; issues: readonly object[] }) => [
        file,
        valid,
        issues.length,
      ]),
      [
        ['good.yaml', true, 0],
        ['bad.yaml', false, 2],
        ['none.yaml', false, 1],
      ],
    );
    assert.deepEqual(Object.keys(reports[1].issues[0]), [
      ...['code', 'severity', 'file', 'line', 'column', 'entity', 'name', 'field', 'message', 'hint'],
    ]);
  });

  it("adds Kong's flattened errors to JSON", async () => {
    const { stdout } = await check('--format', 'json', '--flatten-errors', 'fields.yaml');
    const [{ flattened_errors: flattened }] = JSON.parse(stdout);
    assert.deepEqual(
      { ...flattened[0], errors: flattened[0].errors.map(({ field }: { field: string }) => field) },
      { entity_type: 'service', entity_name: 'a', entity_tags: ['t'], errors: ['retries'] },
    );
    assert.equal((await check('--flatten-errors', 'good.yaml')).code, 2);
  });

  for (const [format, start] of [
    ['github', /^::error file=bad\.yaml,line=2,col=1,/],
    ['sarif', /^\{\n {2}"\$schema": /],
    ['junit', /^<\?xml version="1\.0"/],
  ] as const) {
    it(`writes ${format} to standard output`, async () => {
      const { code, stdout, stderr } = await check('--format', format, 'bad.yaml');
      assert.match(stdout, start);
      assert.equal(stderr, '');
      assert.equal(code, 1);
    });
  }

  it('says which formats there are', async () => {
    const { code, stderr } = await check('--format', 'xml', 'good.yaml');
    assert.match(stderr, /Allowed choices are text, json, github, sarif, junit/);
    assert.equal(code, 2);
  });
});
