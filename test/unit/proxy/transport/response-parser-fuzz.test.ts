import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type NodeParsed, parseWithNode } from './node-parser.js';
import { latin1, type Parsed, parse, splits } from './parse.js';
import { randomAnswer, randomFrom } from './random-answer.js';

/** More of them: `TRANSPORT_FUZZ_SEEDS=100000 TRANSPORT_FUZZ_FROM=7 node .build/test/run.js response-parser-fuzz`. */
const { TRANSPORT_FUZZ_FROM = '1', TRANSPORT_FUZZ_SEEDS = '600' } = process.env;
const FROM = Number(TRANSPORT_FUZZ_FROM);
const SEEDS = Number(TRANSPORT_FUZZ_SEEDS);

/** What we refuse and Node takes, by a part of our message, and why. */
const STRICTER: readonly (readonly [message: string, why: string])[] = [
  ['Transfer-Encoding in an HTTP/1.0 answer', 'RFC 9112 6.1: the framing of such a message is faulty'],
  ['Transfer-Encoding is "', 'a coding we did not ask for; Kong refuses it too'],
  ['Transfer-Encoding is given twice', 'the body would be chunked twice'],
  ['switches protocols (101)', 'nobody asked for it'],
  ['a control byte in the status line', 'Node itself would not send it on'],
  ['a chunk extension is not', 'Node takes an empty name or value: RFC 9112 7.1.1'],
  ['does not begin with HTTP/1.0 or HTTP/1.1', 'Node skips empty lines and takes HTTP/2.0'],
  ['the status line is', 'Node takes a status below 100'],
  ['more than 64 interim answers', 'Node takes any number'],
];

/** What Node refuses and we take, and why. */
const LAXER: readonly (readonly [is: (bytes: string) => boolean, why: string])[] = [
  [(bytes) => /[^\r]\n/.test(head(bytes)) || /\n\n/.test(head(bytes)), 'bare LF in a head: RFC 9112 2.2'],
  [
    (bytes) => /^content-length:[ \t]*\d+\t/im.test(head(bytes)),
    'a tab behind a length is white space: RFC 9110 5.5',
  ],
];

/** Node does not trim a tab behind `chunked` and reads the body to the end of the connection (RFC 9110 5.5). */
const MISREAD_BY_NODE = /^transfer-encoding:[ \t]*chunked *\t/im;

/** All heads of an answer, interim ones included, up to where the last one ends. */
function head(bytes: string): string {
  return /^(?:HTTP\/1\.1 1\d\d.*?\r?\n\r?\n)*.*?\n\r?\n/s.exec(bytes)?.[0] ?? '';
}

/** How many bytes the answer takes before what is behind it: that much is shown to Node. */
function lengthOf(bytes: Buffer, bodiless: boolean): number {
  for (let length = 1; length <= bytes.length; length += 1) {
    if (parse([bytes.subarray(0, length)], bodiless).outcome === 'ended') return length;
  }
  return bytes.length;
}

/** undefined when the two agree or we are stricter for a listed reason. */
function disagreement(bytes: string, ours: Parsed, node: NodeParsed): string | undefined {
  if (MISREAD_BY_NODE.test(head(bytes))) return undefined;
  const taken = ours.outcome === 'ended' || ours.outcome === 'ended by close';
  if (!taken && node.outcome === 'refused') return undefined;
  if (taken && node.outcome === 'ended') {
    const mine = [ours.status, ours.rawHeaders, ours.body, ours.rawTrailers];
    const theirs = [node.status, node.rawHeaders, node.body, node.rawTrailers];
    return JSON.stringify(mine) === JSON.stringify(theirs)
      ? undefined
      : `${JSON.stringify(mine)}, Node reads ${JSON.stringify(theirs)}`;
  }
  if (taken) return LAXER.some(([is]) => is(bytes)) ? undefined : `taken, Node says ${node.code}`;
  // Node takes a CR behind the status line for a line end; to us the head goes on.
  if (ours.outcome === 'cut' && /\r[^\n]/.test(bytes)) return undefined;
  if (STRICTER.some(([message]) => ours.message?.includes(message))) return undefined;
  return `${ours.outcome} (${ours.message}), Node takes it`;
}

describe('random and mutated answers', () => {
  it("are read as Node's own client reads them, or refused for a listed reason, split anywhere", async () => {
    let taken = 0;
    for (let seed = FROM; seed < FROM + SEEDS; seed += 1) {
      const answer = randomAnswer(randomFrom(seed));
      const bytes = latin1(answer.bytes);
      const bodiless = answer.method === 'HEAD';
      const ours = parse([bytes], bodiless);
      for (const pieces of splits(bytes)) {
        assert.deepEqual(
          parse(pieces, bodiless),
          ours,
          `seed ${seed}: ${JSON.stringify(answer.bytes)} split`,
        );
      }
      const shown = ours.outcome === 'ended' ? bytes.subarray(0, lengthOf(bytes, bodiless)) : bytes;
      const node = await parseWithNode(shown, answer.method);
      const difference = disagreement(answer.bytes, ours, node);
      assert.equal(difference, undefined, `seed ${seed}: ${JSON.stringify(answer.bytes)}`);
      if (ours.outcome.startsWith('ended')) taken += 1;
    }
    // The generator must neither make only good answers nor only bad ones.
    assert.ok(taken > SEEDS / 5 && taken < (SEEDS * 4) / 5, `${taken} of ${SEEDS} were taken`);
  });
});
