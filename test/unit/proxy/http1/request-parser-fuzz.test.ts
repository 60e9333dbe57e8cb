import assert from 'node:assert/strict';
import { METHODS } from 'node:http';
import { describe, it } from 'node:test';
import { randomFrom } from '../../../helpers/random.js';
import { latin1, splits } from '../transport/parse.js';
import { type NodeParsed, NodeServer } from './node-server.js';
import { judge, type Parsed, parse, type Verdict } from './parse.js';
import { randomRequest } from './random-request.js';

/** More of them: `HTTP1_FUZZ_SEEDS=100000 HTTP1_FUZZ_FROM=7 node .build/test/run.js request-parser-fuzz`. */
const { HTTP1_FUZZ_FROM = '1', HTTP1_FUZZ_SEEDS = '2500' } = process.env;
const FROM = Number(HTTP1_FUZZ_FROM);
const SEEDS = Number(HTTP1_FUZZ_SEEDS);

/** What we refuse and Node takes, by a part of our message, and why. */
const STRICTER: readonly (readonly [message: string, why: string])[] = [
  ['the request line is', 'Node takes HTTP/0.9, the last part of a target for its version, and 8-bit bytes'],
  ['Transfer-Encoding in an HTTP/1.0 request', 'RFC 9112 6.1: the framing of such a message is faulty'],
  ['Transfer-Encoding is given twice', 'the body would be chunked twice; Kong refuses it too'],
  ['both Content-Length and', 'Node takes an empty Transfer-Encoding for none'],
  ['a chunk extension is not', 'Node takes an empty name or value: RFC 9112 7.1.1'],
];

/** What Node refuses and we take, and why. */
const LAXER: readonly (readonly [is: (ours: Parsed, text: string) => boolean, why: string])[] = [
  [
    ({ method }) => !METHODS.includes(method ?? ''),
    'a method nobody knows: a gateway passes it on, as Kong does',
  ],
  [
    (_, text) => /^[\r\n]*[^\r\n]* {2}/.test(text),
    'several spaces in a request line, as in Kong; RFC 9112 3 leaves it open',
  ],
  [
    (_, text) => /^[\r\n]*[^\r\n]*HTTP\/1\.[2-9]\r/.test(text),
    'a later minor version is read as 1.1: RFC 9110 2.5',
  ],
  [({ versionUnsupported }) => versionUnsupported, 'another major version is told so by a 505'],
  [
    (_, text) => /^content-length:[ \t]*\d+ *\t/im.test(text),
    'a tab behind a length is white space: RFC 9110 5.5',
  ],
  [({ framing }) => framing === 'unsupported', 'a coding we do not know is told so by a 501: RFC 9112 6.1'],
  [
    ({ target }) => !/^[/*]|^[a-z]+:\/\//i.test(target ?? ''),
    'a target of no known form: routing refuses it',
  ],
];

/** Node does not trim a tab behind `chunked` and finds no coding that ends the body (RFC 9110 5.5). */
const MISREAD_BY_NODE = /^transfer-encoding:[ \t]*chunked *\t/im;

/** undefined when the two agree, or differ for a listed reason. */
function disagreement(
  text: string,
  { parsed: ours, message }: Verdict,
  node: NodeParsed,
): string | undefined {
  const laxer = LAXER.some(([is]) => is(ours, text));
  if (ours.method === undefined || ours.outcome.startsWith('malformed')) {
    if (node.outcome === 'refused') return undefined;
    // To us a head is one whole.
    if (ours.outcome === 'cut') return node.method === undefined ? undefined : 'cut, Node has a head';
    const stricter = STRICTER.some(([part]) => message?.includes(part));
    return stricter ? undefined : `${ours.outcome} (${message}), Node has ${node.outcome}`;
  }
  if (node.method === undefined) return laxer ? undefined : `taken, Node says ${node.code}`;
  const mine = [ours.method, ours.target, ours.versionUnsupported || ours.version, ours.rawHeaders];
  const theirs = [node.method, node.target, node.version === '2.0' || node.version, node.rawHeaders];
  if (JSON.stringify(mine) !== JSON.stringify(theirs))
    return `${JSON.stringify(mine)}, Node ${JSON.stringify(theirs)}`;
  if (MISREAD_BY_NODE.test(text)) return undefined;
  if (ours.outcome === 'cut') {
    const agreed = node.outcome !== 'ended' && ours.body.startsWith(node.body);
    return agreed ? undefined : `cut behind ${JSON.stringify(ours.body)}, Node ${node.outcome} ${node.body}`;
  }
  if (node.outcome !== 'ended') return laxer ? undefined : `taken, Node says ${node.code}`;
  const rest = [ours.body, ours.rawTrailers];
  const theirRest = [node.body, node.rawTrailers];
  return JSON.stringify(rest) === JSON.stringify(theirRest) ? undefined : `${rest}, Node ${theirRest}`;
}

describe('random and mutated requests', () => {
  it("are read as Node's own server reads them, or differ for a listed reason, split anywhere", async () => {
    const server = new NodeServer();
    let taken = 0;
    for (let seed = FROM; seed < FROM + SEEDS; seed += 1) {
      const text = randomRequest(randomFrom(seed));
      const bytes = latin1(text);
      const verdict = judge([bytes]);
      for (const pieces of splits(bytes)) {
        assert.deepEqual(parse(pieces), verdict.parsed, `seed ${seed}: ${JSON.stringify(text)} split`);
      }
      const node = await server.parse(bytes.subarray(0, verdict.parsed.taken));
      const difference = disagreement(text, verdict, node);
      assert.equal(difference, undefined, `seed ${seed}: ${JSON.stringify(text)}`);
      if (verdict.parsed.outcome === 'ended') taken += 1;
    }
    // The generator must neither make only good requests nor only bad ones.
    assert.ok(taken > SEEDS / 5 && taken < (SEEDS * 4) / 5, `${taken} of ${SEEDS} were taken`);
  });
});
