import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launch, runGateway } from '../helpers/command.js';
import { root } from '../helpers/root.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
});
after(() => rm(folder, { recursive: true }));

describe('gateway version', () => {
  for (const args of [['version'], ['--version'], ['-V']]) {
    it(`${args[0]} prints the release`, async () => {
      const { code, stdout } = await runGateway(args);
      assert.match(stdout, /\d+\.\d+\.\d+/);
      assert.equal(code, 0);
    });
  }
});

describe('the command line', () => {
  for (const [command, mentions] of [
    ['', ['start', 'check', 'version', 'Exit codes:', '$ gateway check kong.yaml']],
    [
      'start',
      [
        '--proxy-listen',
        '--drain-timeout',
        'KONG_PROXY_LISTEN',
        'SIGHUP',
        'Exit codes:',
        '$ gateway start -c',
      ],
    ],
    [
      'check',
      [
        '[files...]',
        '--format',
        'sarif',
        '--strict',
        'gateway-ignore',
        'Exit codes:',
        '$ gateway check kong.yaml',
      ],
    ],
    ['render', ['[files...]', '--reveal', '--env-file', 'Exit codes:', '$ gateway render kong.yaml']],
    ['hash', ['[files...]', 'Exit codes:', '$ gateway hash kong.yaml']],
    ['schema', ['[subject]', '$ gateway schema plugins/rate-limiting']],
    ['init', ['--output', 'Exit codes:', '$ gateway init --output kong.yaml']],
    ['version', ['$ gateway version']],
  ] as const) {
    it(`gateway ${command} --help explains itself with examples`, async () => {
      const { code, stdout } = await runGateway([command, '--help'].filter((word) => word !== ''));
      assert.equal(code, 0);
      for (const mention of ['Usage: gateway', 'Examples:', ...mentions])
        assert.ok(stdout.includes(mention), mention);
    });
  }

  it('suggests the command that was meant, and exits 2', async () => {
    const { code, stderr } = await runGateway(['strat', '-c', 'kong.yaml']);
    assert.match(stderr, /unknown command 'strat'\n\(Did you mean start\?\)/);
    assert.equal(code, 2);
  });

  it('shows the help and exits 2 when no command is given', async () => {
    const { code, stderr } = await runGateway([]);
    assert.match(stderr, /Usage: gateway/);
    assert.equal(code, 2);
  });

  it('says how to build what is not built', async () => {
    await cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type": "module"}');
    const { code, stderr } = await launch(join(folder, 'bin', 'gateway.js'), ['version']).ended;
    assert.match(stderr, /not built: run "npm install" or "npm run build"/);
    assert.equal(code, 2);
  });

  it('says which Node.js it needs', async () => {
    const preload = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.18.3"})`;
    const { code, stderr } = await runGateway(['version'], { node: ['--import', preload] });
    assert.match(stderr, /Node\.js 20\.19 or newer is needed, this is 20\.18\.3/);
    assert.equal(code, 2);
  });
});
