import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ROUTES } from '../helpers/behind-proxy.js';
import { echoingBodies, postAndCompare } from '../helpers/huge-exchange.js';
import { peakGrowth } from '../helpers/peak-memory.js';
import { ProxyProcess } from '../helpers/proxy-process.js';
import { RawUpstream } from '../helpers/raw-upstream.js';

const MEGABYTE = 1024 * 1024;
const BODY = 1024 * MEGABYTE;
/** What the process may grow by at any time, with what is not collected yet. */
const PASSING = 96 * MEGABYTE;

/** `npm run bench:scale` does the same the other way round, and proxy-big-bodies.test.ts with sides that wait. */
describe('a body of 1 GiB', { concurrency: 1 }, () => {
  for (const [path, framing] of [
    ['/r', 'chunked'],
    ['/n', 'length'],
  ] as const) {
    it(`passes both ways at once, byte for byte, at constant memory: ${path}, ${framing}`, async (t) => {
      const upstream = await RawUpstream.start(echoingBodies);
      const service = { name: 's', host: '127.0.0.1', port: upstream.port, routes: ROUTES };
      const proxy = await ProxyProcess.start({ services: [service] });
      try {
        const posting = postAndCompare(proxy.port, path, framing, BODY);
        const peak = await peakGrowth(proxy, posting);
        t.diagnostic(`the gateway has grown by ${Math.round(peak / MEGABYTE)} MiB at most`);
        assert.equal(await posting, BODY);
        assert.ok(peak < PASSING, `the gateway has grown by ${Math.round(peak / MEGABYTE)} MiB`);
      } finally {
        await proxy.close();
        await upstream.close();
      }
    });
  }
});
