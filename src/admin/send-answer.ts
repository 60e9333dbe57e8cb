import type { ServerResponse } from 'node:http';
import { PRODUCT_TOKEN } from '../version.js';
import type { Answer } from './answer.js';

/** Writes an answer out; node:http leaves the body of the answer to a HEAD out. `latency` is in milliseconds. */
export function sendAnswer(response: ServerResponse, answer: Answer, latency: number): void {
  const text = answer.body === undefined ? undefined : JSON.stringify(answer.body);
  const content =
    text === undefined
      ? {}
      : { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(text) };
  response.writeHead(answer.status, {
    ...content,
    ...answer.headers,
    Server: PRODUCT_TOKEN,
    'X-Kong-Admin-Latency': Math.round(latency),
  });
  response.end(text);
}
