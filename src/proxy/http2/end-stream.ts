import type { Http2Stream } from 'node:http2';

/**
 * Calls `ended` when the peer has ended a stream (END_STREAM), before the stream's 'end'. That one comes as well where
 * the stream was cut, by a reset with NO_ERROR or with its connection, and then `closed` is set before what can be read
 * ends: nothing else tells a whole body from a cut one.
 */
export function onEndStream(stream: Http2Stream, ended: () => void): void {
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null && !stream.closed) ended();
    return push(chunk, encoding);
  };
}
