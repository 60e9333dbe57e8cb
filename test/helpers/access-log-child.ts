/**
 * Records COUNT lines in the access log PATH and ends: `access-log-child.js PATH COUNT TAG`. With `hold` behind them it
 * says `recorded` on standard error first, and closes the log on SIGTERM.
 */
import { openAccessLog } from '#gateway/access-log/open.js';
import { createLogger } from '#gateway/log.js';
import { accessEntry } from './access-entry.js';

const [path = '', count = '0', tag = '', hold] = process.argv.slice(2);
const log = openAccessLog({ format: 'json', file: path }, createLogger('warn', process.stderr));
const entry = accessEntry({ target: `/${tag}` });
for (let left = Number(count); left > 0; left--) log.record(entry);

async function end(): Promise<void> {
  await log.close();
  process.exit(0);
}

if (hold === undefined) await end();
else {
  const clock = setInterval(() => undefined, 1000);
  process.once('SIGTERM', () => {
    clearInterval(clock);
    void end();
  });
  process.stderr.write('recorded\n');
}
