import assert from 'node:assert/strict';
import { chmod, unlink, writeFile } from 'node:fs/promises';
import { afterEach, describe, it } from 'node:test';
import { type RunningGateway, startGateway } from '../helpers/gateway.js';
import { waitFor } from '../helpers/wait-for.js';

/** A config with one route at `path` and no service behind it: the route answers 503, anything else 404. */
function routeAt(path: string): string {
  return `_format_version: "3.0"\nroutes:\n  - name: only\n    paths: ["${path}"]\n`;
}

const BROKEN = '_format_version: "3.0"\nroutes:\n  - name: only\n    path: ["/typo"]\n    protocols: 7\n';

describe('a reload', () => {
  let running: RunningGateway;
  afterEach(() => running.close());

  async function statusOf(path: string): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${running.proxyPort}${path}`);
    await response.arrayBuffer();
    return response.status;
  }

  it('serves the new config at once', async () => {
    running = await startGateway(routeAt('/one'));
    assert.equal(await statusOf('/one'), 503);
    const record = await running.write(routeAt('/two'));
    assert.equal(record.outcome, 'applied');
    assert.equal(record.hash, running.gateway.current.config.hash);
    assert.deepEqual(record.issues, []);
    assert.equal(await statusOf('/one'), 404);
    assert.equal(await statusOf('/two'), 503);
  });

  it('changes nothing when the file says the same in other words', async () => {
    running = await startGateway(routeAt('/one'));
    const before = running.gateway.current;
    const record = await running.write(`# a comment\n${routeAt('/one')}`);
    assert.equal(record.outcome, 'unchanged');
    assert.equal(running.gateway.current, before);
  });

  it('keeps serving when the file is invalid, and logs every issue at error level with its place', async () => {
    running = await startGateway(routeAt('/one'));
    const before = running.gateway.current;
    const record = await running.write(BROKEN);
    assert.equal(record.outcome, 'rejected');
    assert.equal(record.hash, before.config.hash);
    assert.equal(record.issues.length, 2);
    assert.equal(running.gateway.current, before);
    assert.equal(await statusOf('/one'), 503);
    const errors = running.logged.filter(({ level }) => level === 'error').map(({ message }) => message);
    assert.equal(errors.length, 3);
    assert.match(errors[0] ?? '', /kong\.yaml:4:5: /);
    assert.match(errors[1] ?? '', /kong\.yaml:5:16: /);
    assert.match(errors[2] ?? '', /kong\.yaml rejected, 2 issues; config [0-9a-f]{32} keeps serving/);
  });

  it('leaves the text of the file out of the log', async () => {
    running = await startGateway(routeAt('/one'));
    await running.write(`${routeAt('/one')}    secret_field: hunter2\n`);
    assert.equal(running.logged.filter(({ level }) => level === 'error').length, 2);
    assert.doesNotMatch(JSON.stringify(running.logged), /hunter2/);
  });

  it('recovers from an unparsable file and from a missing one', async () => {
    running = await startGateway(routeAt('/one'));
    assert.equal((await running.write('routes: [')).outcome, 'rejected');
    await unlink(running.file);
    const missing = await running.gateway.reload('the test deleted the file');
    assert.equal(missing.outcome, 'rejected');
    assert.match(missing.issues[0]?.message ?? '', /kong\.yaml/);
    assert.equal((await running.write(routeAt('/two'))).outcome, 'applied');
    assert.equal(await statusOf('/two'), 503);
    assert.deepEqual(running.gateway.reloads.counts, { applied: 2, unchanged: 0, rejected: 2 });
  });

  it('counts the first load, and tells when and how long each took', async () => {
    running = await startGateway(routeAt('/one'));
    assert.equal(running.gateway.reloads.last?.outcome, 'applied');
    await running.write(routeAt('/two'));
    await running.write(routeAt('/two'));
    assert.deepEqual(running.gateway.reloads.counts, { applied: 2, unchanged: 1, rejected: 0 });
    const last = running.gateway.reloads.last;
    assert.equal(last?.outcome, 'unchanged');
    assert.ok(last.duration > 0 && Math.abs(Date.now() - last.at) < 60_000);
  });

  it('never overlaps another: what is asked for while one runs is done once, after it', async () => {
    running = await startGateway(routeAt('/one'));
    await writeFile(running.file, routeAt('/two'));
    const first = running.gateway.reload('first');
    // Let the first one begin to read, so that it cannot stand for what follows.
    await Promise.resolve();
    await Promise.resolve();
    const second = running.gateway.reload('second');
    const third = running.gateway.reload('third');
    assert.notEqual(first, second);
    assert.equal(second, third);
    assert.equal((await first).outcome, 'applied');
    assert.equal((await third).outcome, 'unchanged');
    assert.deepEqual(running.gateway.reloads.counts, { applied: 2, unchanged: 1, rejected: 0 });
  });

  it('follows the file by itself, through a bad save to the good one after it', async () => {
    running = await startGateway(routeAt('/one'), { watch: true });
    await running.save(routeAt('/two'));
    await waitFor('the second config', async () => (await statusOf('/two')) === 503);
    await running.save('{ not yaml');
    await waitFor('the rejection', () => running.gateway.reloads.last?.outcome === 'rejected');
    assert.equal(await statusOf('/two'), 503);
    await running.save(routeAt('/three'));
    await waitFor('the third config', async () => (await statusOf('/three')) === 503);
    await chmod(running.file, 0o600);
    assert.deepEqual(running.gateway.reloads.counts, { applied: 3, unchanged: 0, rejected: 1 });
  });

  it('is refused before a start', async () => {
    running = await startGateway(routeAt('/one'));
    const { Gateway } = await import('#gateway/gateway.js');
    const { readSettings } = await import('#gateway/settings.js');
    const { localPlane, recordingLog } = await import('../helpers/gateway.js');
    const settings = readSettings({ config: [running.file] }, {});
    const { log } = recordingLog();
    const gateway = new Gateway({ settings, log, plane: localPlane(settings, log) });
    await assert.rejects(gateway.reload('too early'), { code: 'not_started' });
  });
});
