/** The path of an upstream that asks it for a body of so many bytes. */
export function bytesPath(bytes: number): string {
  return `/bytes/${bytes}`;
}

/** The header by which an answer is known to come from an upstream of this benchmark. */
export const UPSTREAM_HEADER = 'X-Bench-Upstream';

/** The body an upstream answers: its letter, so many times. */
export function bodyOf(letter: string, bytes: number): Buffer {
  return Buffer.alloc(bytes, letter);
}

const wholeAnswers = new Map<string, Buffer>();

/** A whole keep-alive answer, head and body in one piece. */
export function answerOf(letter: string, bytes: number): Buffer {
  const key = `${letter} ${bytes}`;
  const known = wholeAnswers.get(key);
  if (known !== undefined) return known;
  const head = [
    'HTTP/1.1 200 OK',
    'Content-Type: application/octet-stream',
    `Content-Length: ${bytes}`,
    `${UPSTREAM_HEADER}: ${letter}`,
    '',
    '',
  ].join('\r\n');
  const answer = Buffer.concat([Buffer.from(head, 'latin1'), bodyOf(letter, bytes)]);
  wholeAnswers.set(key, answer);
  return answer;
}
