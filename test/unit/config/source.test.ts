import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ConfigError } from '#gateway/config/issue.js';
import { loadConfigFile } from '#gateway/config/load.js';
import { ConfigSourceError, readSource } from '#gateway/config/source.js';

describe('readSource', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-source-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, content: string | Buffer): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  const refusal = async (file: string): Promise<string> => {
    const error: unknown = await readSource(file).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.issues.length, 1);
    assert.equal(error.issues[0]?.file, file);
    return error.issues[0]?.code ?? '';
  };

  it('reads UTF-8, with or without a byte order mark', async () => {
    const file = write('utf8.yaml', '\ufeffa: é\n');
    assert.deepEqual(await readSource(file), { file, text: 'a: é\n' });
    assert.equal((await readSource(write('plain.yaml', 'a: é\n'))).text, 'a: é\n');
  });

  it('refuses what is no UTF-8 text', async () => {
    assert.equal(await refusal(write('le.yaml', Buffer.from('\ufeffa: 1\n', 'utf16le'))), 'not-utf8');
    assert.equal(await refusal(write('bare.yaml', Buffer.from('a: 1\n', 'utf16le'))), 'not-utf8');
    assert.equal(await refusal(write('latin1.yaml', Buffer.from('a: é\n', 'latin1'))), 'not-utf8');
    assert.equal(await refusal(write('binary.yaml', Buffer.from('abcd\0efgh'))), 'binary-file');
  });

  it('refuses more than 64 MiB without reading it', async () => {
    const file = write('large.yaml', '');
    truncateSync(file, 64 * 1024 * 1024 + 1);
    assert.equal(await refusal(file), 'file-too-large');
  });

  it('says why a file cannot be read', async () => {
    const loop = join(folder, 'loop.yaml');
    symlinkSync(loop, loop);
    const unreadable: readonly (readonly [string, RegExp])[] = [
      [join(folder, 'none.yaml'), /none\.yaml: there is no such file/],
      [folder, /is a folder, not a file/],
      [loop, /lead in a circle/],
      [join(write('file', ''), 'below'), /is not a folder/],
    ];
    for (const [file, message] of unreadable) {
      await assert.rejects(loadConfigFile(file), (error) => {
        assert.ok(error instanceof ConfigSourceError);
        assert.equal(error.code, 'config_unreadable');
        assert.match(error.message, message);
        return true;
      });
    }
  });
});
