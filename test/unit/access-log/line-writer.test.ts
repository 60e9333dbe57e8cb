import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { LineWriter } from '#gateway/access-log/line-writer.js';
import type { Sink } from '#gateway/access-log/sink.js';
import type { Logger } from '#gateway/log.js';
import { waitFor } from '../../helpers/wait-for.js';

type Done = Parameters<Sink['write']>[1];

/** A place that answers a write when the test says so. */
class ScriptedSink implements Sink {
  readonly chunkSize: number;
  readonly chunks: string[] = [];
  closed = false;
  #done: Done | undefined;

  constructor(chunkSize: number) {
    this.chunkSize = chunkSize;
  }

  get busy(): boolean {
    return this.#done !== undefined;
  }

  write(chunk: Buffer, done: Done): void {
    assert.equal(this.busy, false, 'one chunk at a time');
    this.chunks.push(chunk.toString('latin1'));
    this.#done = done;
  }

  close(): void {
    this.closed = true;
  }

  answer(error?: Error, written?: number): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(error, written ?? (error === undefined ? Buffer.byteLength(this.chunks.at(-1) ?? '') : 0));
  }
}

describe('LineWriter', () => {
  let sinks: ScriptedSink[] = [];
  let warnings: string[] = [];
  let broken: Error | undefined;
  let refusals = 0;
  const log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_, message) => warnings.push(message),
    error: () => undefined,
  };
  beforeEach(() => {
    sinks = [];
    warnings = [];
    broken = undefined;
    refusals = 0;
  });

  function create(chunkSize = 10): LineWriter {
    return new LineWriter({
      name: 'x.log',
      log,
      open: () => {
        if (broken !== undefined) {
          refusals += 1;
          throw broken;
        }
        const sink = new ScriptedSink(chunkSize);
        sinks.push(sink);
        return sink;
      },
    });
  }

  function sink(index = 0): ScriptedSink {
    const found = sinks[index];
    assert.ok(found, `sink ${index} was not opened`);
    return found;
  }

  function put(writer: LineWriter, ...lines: readonly string[]): void {
    for (const line of lines) if (writer.accepts()) writer.write(`${line}\n`);
  }

  it('gathers whole lines into chunks, and writes them one after another', () => {
    const writer = create();
    put(writer, 'one', 'two', 'three', 'four');
    assert.deepEqual(sink().chunks, ['one\ntwo\n']);
    put(writer, 'five', 'six');
    assert.deepEqual(sink().chunks, ['one\ntwo\n']);
    sink().answer();
    assert.deepEqual(sink().chunks, ['one\ntwo\n', 'three\n']);
  });

  it('writes a line that is longer than a chunk in one piece', () => {
    const writer = create();
    const long = 'x'.repeat(50);
    put(writer, 'a', long, 'b');
    sink().answer();
    assert.deepEqual(sink().chunks, ['a\n', `${long}\n`]);
  });

  it('writes lines that do not fill a chunk by themselves', async () => {
    const writer = create(4096);
    put(writer, 'a');
    await waitFor('the chunk', () => sink().chunks.length === 1);
    put(writer, 'b');
    sink().answer();
    await waitFor('the other', () => sink().chunks.length === 2);
    assert.deepEqual(sink().chunks, ['a\n', 'b\n']);
  });

  it('goes on after a part of a chunk', () => {
    const writer = create();
    put(writer, 'abcdefgh', 'x');
    sink().answer(undefined, 3);
    assert.deepEqual(sink().chunks, ['abcdefgh\n', 'defgh\n']);
  });

  it('drops and counts lines when nothing is taken in, with one warning, and tells how many', async () => {
    const writer = create(65_536);
    const line = 'x'.repeat(1023);
    for (let index = 0; index < 10_000; index++) put(writer, line);
    assert.deepEqual(warnings, ['the access log x.log takes nothing in: lines are dropped until it does']);
    while (sink().busy) sink().answer();
    await waitFor('the rest', () => sink().busy);
    sink().answer();
    const written = sink().chunks.join('').length / 1024;
    assert.ok(written >= 8192 && written < 8192 + 128, `${written} lines of 1 kB`);
    assert.equal(warnings[1], `lines of the access log x.log were dropped: ${10_000 - written}`);
    assert.equal(writer.accepts(), true);
  });

  it('opens the place anew after an error, loses nothing, and warns once', async () => {
    const writer = create();
    put(writer, 'abcdefgh', 'x');
    sink().answer(new Error('EPIPE'));
    await waitFor('another sink', () => sinks.length === 2);
    assert.equal(sink().closed, true);
    sink(1).answer(new Error('EPIPE'));
    await waitFor('a third', () => sinks.length === 3);
    assert.deepEqual(sink(2).chunks, ['abcdefgh\n']);
    sink(2).answer();
    assert.deepEqual(warnings, ['the access log x.log cannot be written: EPIPE']);
    const closing = writer.close();
    sink(2).answer();
    await closing;
    assert.deepEqual(sink(2).chunks, ['abcdefgh\n', 'x\n']);
  });

  it('tries again until the place can be opened', async () => {
    const writer = create();
    put(writer, 'abcdefgh', 'x');
    broken = new Error('ENXIO');
    sink().answer(new Error('EPIPE'));
    await waitFor('the second refusal', () => refusals === 2);
    broken = undefined;
    await waitFor('another sink', () => sinks.length === 2);
    assert.deepEqual(sink(1).chunks, ['abcdefgh\n']);
    assert.equal(warnings.length, 1);
  });

  it('reopens between two chunks', () => {
    const writer = create();
    put(writer, 'abcdefgh', 'x');
    writer.reopen();
    assert.equal(sink().closed, false);
    sink().answer();
    assert.equal(sink().closed, true);
    put(writer, 'abcdefgh', 'y');
    assert.deepEqual(sink(1).chunks, ['x\n']);
  });

  it('reopens at once when nothing is under way', () => {
    const writer = create();
    writer.reopen();
    writer.reopen();
    assert.deepEqual(
      sinks.map(({ closed }) => closed),
      [true, true, false],
    );
  });

  it('keeps the old place when the new one cannot be opened', async () => {
    const writer = create();
    broken = new Error('EACCES');
    writer.reopen();
    assert.deepEqual(warnings, ['the access log x.log stays where it was: EACCES']);
    put(writer, 'a');
    await waitFor('the line', () => sink().chunks.length === 1);
  });

  it('writes all before it closes, and takes nothing afterwards', async () => {
    const writer = create();
    put(writer, 'abcdefgh', 'x');
    const closing = writer.close();
    put(writer, 'late');
    sink().answer();
    sink().answer();
    await closing;
    assert.deepEqual(sink().chunks, ['abcdefgh\n', 'x\n']);
    assert.equal(sink().closed, true);
    assert.deepEqual(warnings, []);
    writer.reopen();
    assert.equal(sinks.length, 1);
  });

  it('closes in spite of a place that takes nothing, and tells what was lost', async () => {
    const writer = create();
    put(writer, 'abcdefgh', 'x', 'y');
    await writer.close();
    assert.equal(sink().closed, true);
    assert.deepEqual(warnings, ['lines of the access log x.log were dropped: 3']);
  });
});
