import { answerHead, interimHeaders, safeReason } from './answer-head.js';
import type { Exchange } from './exchange.js';
import { forwardedTrailers } from './trailers.js';
import type { UpstreamHead } from './transport/transport.js';

/** A whole body up to this size goes out in one write with its head: it is cheaper to copy than to gather. */
const JOINED_BYTES = 8 * 1024;

/** Takes an upstream's answer to the client. */
export class ClientAnswer {
  readonly #exchange: Exchange;
  /** Asks the upstream to go on when the client has caught up. */
  readonly #resume: () => void;
  /** Bytes of the body by Content-Length; -1 where the head does not say. */
  #length = -1;
  #flushed = false;
  #ended = false;

  constructor(exchange: Exchange, resume: () => void) {
    this.#exchange = exchange;
    this.#resume = resume;
  }

  /** Passes an interim answer on, to clients that know them. */
  interim(head: UpstreamHead): void {
    const { req, res } = this.#exchange;
    // A queued answer to a pipelined request has no socket yet; its interim answers may be left out (RFC 9110, 15.2).
    if (req.httpVersion !== '1.1' || res.socket === null || res.headersSent) return;
    const headers = interimHeaders(head.rawHeaders);
    let text = `HTTP/1.1 ${head.status} ${safeReason(head.reason)}\r\n`;
    for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
    res.socket.write(`${text}\r\n`, 'latin1');
  }

  /** Writes the head, which goes out with the body that comes with it, or by itself where none comes. */
  begin(head: UpstreamHead): void {
    const exchange = this.#exchange;
    const { req, res } = exchange;
    const { headers, trailer, length } = answerHead(exchange, head);
    const bodyless = req.method === 'HEAD' || head.status === 204 || head.status === 304;
    const framed = length >= 0 || bodyless || req.httpVersion === '1.1';
    headers.push('Connection', exchange.closing || !framed ? 'close' : 'keep-alive');
    if (length < 0 && framed && !bodyless) headers.push(...trailer, 'Transfer-Encoding', 'chunked');
    res.writeHead(head.status, safeReason(head.reason), headers);
    this.#length = length;
    if (!bodyless) process.nextTick(flushHead, this);
  }

  /** Sends the head if nothing has: it must not wait for a body that is slow to come. */
  flush(): void {
    const { res } = this.#exchange;
    if (!this.#flushed && !this.#ended && res.socket !== null) res.flushHeaders();
  }

  /** Returns false to ask for a pause until the client has caught up. */
  write(chunk: Buffer): boolean {
    const { res } = this.#exchange;
    const { socket } = res;
    const whole = !this.#flushed && chunk.length === this.#length && chunk.length <= JOINED_BYTES;
    this.#flushed = true;
    if (whole && socket !== null && socket.writableCorked === 0) {
      // Node joins a string with the head; corked by us, it leaves at once and not at the end of this turn.
      socket.cork();
      res.write(chunk.toString('latin1'), 'latin1');
      socket.uncork();
      return true;
    }
    if (res.write(chunk)) return true;
    res.once('drain', this.#resume);
    return false;
  }

  end(rawTrailers: readonly string[]): void {
    const { res } = this.#exchange;
    this.#ended = true;
    const trailers = forwardedTrailers(rawTrailers);
    if (trailers.length > 0 && res.chunkedEncoding) res.addTrailers(pairs(trailers));
    res.end();
  }

  /** What has been written still goes out; the missing end tells the client that the answer is cut. */
  cut(): void {
    const { res, upgrade } = this.#exchange;
    this.#ended = true;
    if (upgrade !== undefined) upgrade.socket.destroy();
    else if (res.socket === null) res.destroy();
    else res.socket.destroySoon();
  }
}

function flushHead(answer: ClientAnswer): void {
  answer.flush();
}

/** Trailers as Node takes them. */
function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) list.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return list;
}
