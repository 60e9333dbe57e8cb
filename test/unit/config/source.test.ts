import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ConfigError } from '#gateway/config/issue.js';
import { ConfigSourceError, readSource, readSources } from '#gateway/config/source.js';

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
      await assert.rejects(readSource(file), (error) => {
        assert.ok(error instanceof ConfigSourceError);
        assert.equal(error.code, 'config_unreadable');
        assert.match(error.message, message);
        return true;
      });
    }
  });
});

describe('readSources', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-sources-'));
    mkdirSync(join(folder, 'teams', 'below'), { recursive: true });
    mkdirSync(join(folder, 'teams', 'folder.yaml'));
    mkdirSync(join(folder, 'empty'));
    const texts = [
      'b.yaml',
      'a.yml',
      'c.JSON',
      '.hidden.yaml',
      'notes.txt',
      'yaml',
      'below/d.yaml',
      'B.yaml~',
    ];
    for (const name of texts) writeFileSync(join(folder, 'teams', name), `text of ${name}`);
    writeFileSync(join(folder, 'one.conf'), 'one');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const refused = (paths: readonly string[], message: RegExp) =>
    assert.rejects(readSources(paths.map((path) => join(folder, path))), (error) => {
      assert.ok(error instanceof ConfigSourceError, String(error));
      assert.match(error.message, message);
      return true;
    });

  it('reads the config files of a folder sorted by name, and nothing below or behind a dot', async () => {
    const sources = await readSources([join(folder, 'one.conf'), join(folder, 'teams')]);
    assert.deepEqual(
      sources.map(({ file, text }) => [file.slice(folder.length + 1), text]),
      [
        ['one.conf', 'one'],
        ['teams/a.yml', 'text of a.yml'],
        ['teams/b.yaml', 'text of b.yaml'],
        ['teams/c.JSON', 'text of c.JSON'],
      ],
    );
  });

  it('says that a folder holds no config, and that a path leads nowhere', async () => {
    await refused(['empty'], /empty: the folder holds no \*\.yaml/);
    await refused(['none'], /none: there is no such file/);
    symlinkSync('loop', join(folder, 'loop'));
    await refused(['loop'], /lead in a circle/);
    symlinkSync('gone.yaml', join(folder, 'empty', 'link.yaml'));
    await refused(['empty'], /link\.yaml: there is no such file/);
  });

  it('refuses the same file twice, by whatever name', async () => {
    await refused(['one.conf', 'one.conf'], /one\.conf is given twice/);
    await refused(['teams', 'teams/b.yaml'], /b\.yaml is given twice/);
    symlinkSync('one.conf', join(folder, 'other.conf'));
    await refused(['one.conf', 'other.conf'], /one\.conf and .*other\.conf are the same file/);
  });

  it('says that a folder may not be read', { skip: process.getuid?.() === 0 }, async () => {
    chmodSync(join(folder, 'teams'), 0);
    await refused(['teams'], /permission denied/);
    chmodSync(join(folder, 'teams'), 0o755);
  });

  it('stops reading what has no end', async () => {
    await assert.rejects(readSources(['/dev/zero']), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.issues[0]?.code, 'file-too-large');
      return true;
    });
  });
});
