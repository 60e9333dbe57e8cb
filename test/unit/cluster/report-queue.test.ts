import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PassiveReport } from '#gateway/balancer/health/health-change.js';
import { ReportQueue } from '#gateway/cluster/report-queue.js';
import { waitFor } from '../../helpers/wait-for.js';

const report = (port: number, status: number): PassiveReport => {
  return { upstream: 'u', address: '10.0.0.1', port, hostname: '10.0.0.1', kind: 'http', status };
};

describe('the queue of reports', () => {
  it('sends what comes together at once, in order, good answers in a row once', async () => {
    const sent: (readonly string[])[] = [];
    const queue = new ReportQueue((reports) => {
      sent.push(reports.map((each) => `${each.port} ${'status' in each ? each.status : each.kind}`));
    });
    const good = (port: number) => queue.add(report(port, 200), true);
    const bad = (port: number) => queue.add(report(port, 500), false);
    good(1);
    good(1);
    good(2);
    bad(1);
    bad(1);
    good(1);
    good(1);
    await waitFor('the reports', () => sent.length === 1);
    good(1);
    await waitFor('one more report', () => sent.length === 2);
    assert.deepEqual(sent, [['1 200', '2 200', '1 500', '1 500', '1 200'], ['1 200']]);
  });
});
