import { connect } from 'node:net';
import { type Answer, AnswerReader } from '../load/answer-reader.js';
import { isLast } from '../load/client.js';
import { type LoadRequest, requestText } from '../load/load.js';
import { bodyOf, UPSTREAM_HEADER } from '../upstream/answers.js';
import type { Scenario } from './scenario.js';

/** How long an answer may take, in milliseconds. */
const LIMIT = 10_000;

/**
 * Throws unless the proxy answers the first, a middle and the last request of the scenario as the upstream does, twice
 * on one connection or, where it is asked to close it, once, and, where it `routes`, refuses one that no route takes.
 */
export async function checkAnswers(
  origin: string,
  { requests, answerBytes, stray }: Scenario,
  letter: string,
  routes: boolean,
): Promise<void> {
  const samples = [requests[0], requests[Math.floor(requests.length / 2)], requests.at(-1)];
  for (const request of samples) {
    if (request === undefined) throw new Error('the scenario has no requests');
    for (const answer of await exchange(origin, request.close ? [request] : [request, request])) {
      const fault =
        faultOf(answer, bodyOf(letter, answerBytes), letter) ??
        (isLast(answer) === request.close ? undefined : 'it misunderstands Connection: close');
      if (fault !== undefined) throw new Error(`${request.method} ${request.host}${request.path}: ${fault}`);
    }
  }
  if (!routes || stray === undefined) return;
  const [answer] = await exchange(origin, [stray]);
  if (answer?.status !== 404)
    throw new Error(`${stray.path} has no route, yet it is answered ${answer?.status}`);
}

function faultOf({ status, head, body }: Answer, wanted: Buffer, letter: string): string | undefined {
  if (status !== 200) return `status ${status}`;
  if (!body.equals(wanted)) return `a body of ${body.length} bytes that the upstream did not send`;
  const header = `\r\n${UPSTREAM_HEADER}: ${letter}\r\n`.toLowerCase();
  return head.toLowerCase().includes(header) ? undefined : `no ${UPSTREAM_HEADER} header`;
}

/** Sends requests one after the other over one connection. */
export function exchange(origin: string, requests: readonly LoadRequest[]): Promise<readonly Answer[]> {
  const { hostname: host, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const answers: Answer[] = [];
    const socket = connect({ host, port: Number(port), timeout: LIMIT });
    const next = () => {
      const request = requests[answers.length];
      if (request === undefined) socket.end();
      else socket.write(requestText(request), 'latin1');
    };
    const reader = new AnswerReader((answer) => {
      answers.push({ ...answer, body: Buffer.from(answer.body) });
      next();
    });
    socket
      .on('connect', next)
      .on('data', (chunk) => {
        try {
          reader.read(chunk);
        } catch (error) {
          socket.destroy(error instanceof Error ? error : undefined);
        }
      })
      .on('timeout', () => socket.destroy(new Error(`no answer within ${LIMIT} ms`)))
      .on('error', reject)
      .on('close', () => {
        if (answers.length === requests.length) resolve(answers);
        else reject(new Error('the connection was closed before it was answered'));
      });
  });
}
