import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RunningProxy } from '../helpers/proxy.js';
import { RawClient } from '../helpers/raw-client.js';

const LIMIT_MS = 50;

describe('a regex path that takes exponential time to backtrack', () => {
  let proxy: RunningProxy;

  before(async () => {
    proxy = await RunningProxy.start({
      routes: [
        { name: 'nested', paths: ['~/(a+)+$'] },
        { name: 'doubled', paths: ['~/(x+x+)+y'] },
      ],
    });
  });

  after(() => proxy.close());

  for (const [letter, tail] of [
    ['a', '!'],
    ['x', ''],
  ] as const) {
    it(`answers a hostile path of 8 kB of "${letter}" within ${LIMIT_MS} ms`, async () => {
      const client = await RawClient.connect(proxy.port);
      const times: number[] = [];
      for (let run = 0; run < 3; run++) {
        const start = performance.now();
        client.write(`GET /${letter.repeat(8000)}${tail} HTTP/1.1\r\nHost: gw.test\r\n\r\n`);
        const answer = await client.answer();
        times.push(performance.now() - start);
        assert.equal(answer?.status, 404);
      }
      client.close();
      // The fastest run is the one nothing else on the machine got in the way of.
      assert.ok(Math.min(...times) < LIMIT_MS, times.join(', '));
    });
  }
});
