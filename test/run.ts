/**
 * Runs the tests with Node's own runner, each file in a process of its own: `node .build/test/run.js [PART …]`,
 * where PART is any part of a file's path. The files are listed here because Node 20 and 22 disagree on what a
 * folder or a glob on the command line means.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { root } from './helpers/root.js';

const wanted = process.argv.slice(2);
const built = join(root, '.build', 'test');
const files = readdirSync(built, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
  .map((file) => join(built, file));

if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}`);
  process.exit(1);
}

run({ files, concurrency: 2, timeout: 300_000 })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
