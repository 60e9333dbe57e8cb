import { PRODUCT_TOKEN } from '../../version.js';
import { errorBody } from '../error-body.js';
import { httpDate } from '../http-date.js';
import { newRequestId } from '../request-id.js';

const ANSWERS = {
  malformed: ['400 Bad Request', 'Bad request'],
  oversized: ['400 Bad Request', 'Request header or cookie too large'],
  timeout: ['408 Request Timeout', 'Request timeout'],
} as const;

/** The whole answer, as text, to what could not be read as a request. */
export function refusal(fault: keyof typeof ANSWERS): string {
  const [status, message] = ANSWERS[fault];
  const id = newRequestId();
  const { contentType, body } = errorBody(message, id, undefined, 'plain');
  return [
    `HTTP/1.1 ${status}`,
    `Date: ${httpDate()}`,
    `Content-Type: ${contentType}`,
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Kong-Response-Latency: 0',
    `Server: ${PRODUCT_TOKEN}`,
    `X-Kong-Request-Id: ${id}`,
    '',
    body,
  ].join('\r\n');
}
