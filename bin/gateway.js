#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

const OLDEST = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
const built = new URL('../dist/cli/main.js', import.meta.url);

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `error: Node.js ${OLDEST.join('.')} or newer is needed, this is ${process.versions.node}\n`,
  );
  process.exitCode = 2;
} else if (!existsSync(built)) {
  process.stderr.write(
    'error: the gateway is not built: run "npm install" or "npm run build" in its folder\n',
  );
  process.exitCode = 2;
} else {
  // V8 learns to place objects that lived long right among the old ones. A proxy's requests are short, and placed
  // there they keep younger ones alive: each collection takes several times as long (docs/performance.md).
  setFlagsFromString('--no-allocation-site-pretenuring');
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv);
}
