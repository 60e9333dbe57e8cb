/** What the first bytes of a connection turn out to be. */
export type Opening =
  /** More bytes are needed to tell. */
  | { readonly kind: 'incomplete' }
  /** No TLS. */
  | { readonly kind: 'plain' }
  /** TLS, with the name the client asks for; undefined where it names none, or its hello cannot be read. */
  | { readonly kind: 'tls'; readonly serverName: string | undefined };

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const RECORD_HEAD = 5;
const MESSAGE_HEAD = 4;
const SERVER_NAME = 0;
const HOST_NAME = 0;
/** Hellos have some 2 kB with the keys of post-quantum algorithms. What is longer goes without a name. */
export const MAX_HELLO = 32_768;

const INCOMPLETE: Opening = { kind: 'incomplete' };
const PLAIN: Opening = { kind: 'plain' };
const UNNAMED: Opening = { kind: 'tls', serverName: undefined };

/**
 * Reads the server name off a ClientHello (RFC 8446, 4.1.2; RFC 6066, 3), in lower case, without judging the rest: a
 * hello that makes no sense is TLS without a name, and OpenSSL refuses it with the proper alert.
 */
export function readOpening(bytes: Buffer): Opening {
  if (bytes.length === 0) return INCOMPLETE;
  if (bytes[0] !== HANDSHAKE) return PLAIN;
  const hello = helloOf(bytes);
  if (hello === 'incomplete') return bytes.length < MAX_HELLO ? INCOMPLETE : UNNAMED;
  if (hello === undefined) return UNNAMED;
  return { kind: 'tls', serverName: serverNameOf(new Cursor(hello)) };
}

/** The first handshake message, put together from its records; undefined where it is no ClientHello. */
function helloOf(bytes: Buffer): Buffer | 'incomplete' | undefined {
  const fragments: Buffer[] = [];
  let held = 0;
  let wanted = MESSAGE_HEAD;
  for (let at = 0; held < wanted; ) {
    if (bytes.length < at + RECORD_HEAD) return 'incomplete';
    const length = bytes.readUInt16BE(at + 3);
    if (bytes[at] !== HANDSHAKE || length === 0) return undefined;
    const fragment = bytes.subarray(at + RECORD_HEAD, at + RECORD_HEAD + length);
    fragments.push(fragment);
    held += fragment.length;
    if (held >= MESSAGE_HEAD && wanted === MESSAGE_HEAD) {
      const head = fragments.length === 1 ? fragment : Buffer.concat(fragments);
      if (head[0] !== CLIENT_HELLO) return undefined;
      wanted = MESSAGE_HEAD + head.readUIntBE(1, 3);
    }
    if (fragment.length < length && held < wanted) return 'incomplete';
    at += RECORD_HEAD + length;
  }
  const message = fragments.length === 1 ? fragments[0] : Buffer.concat(fragments);
  return message?.subarray(MESSAGE_HEAD, wanted);
}

function serverNameOf(hello: Cursor): string | undefined {
  // Version and random, session id, cipher suites, compression methods.
  hello.skip(2 + 32);
  hello.skip(hello.number(1));
  hello.skip(hello.number(2));
  hello.skip(hello.number(1));
  const extensions = hello.take(hello.number(2));
  while (!extensions.done) {
    const type = extensions.number(2);
    const content = extensions.take(extensions.number(2));
    if (type === SERVER_NAME) return hostNameOf(content);
  }
  return undefined;
}

function hostNameOf(content: Cursor): string | undefined {
  const names = content.take(content.number(2));
  if (names.number(1) !== HOST_NAME) return undefined;
  const name = names.take(names.number(2)).text;
  return name === '' ? undefined : name.toLowerCase();
}

/** Reads along bytes that may be anything: what lies behind their end is 0 and empty. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  get text(): string {
    return this.#bytes.toString('latin1');
  }

  number(width: 1 | 2): number {
    const at = this.#at;
    this.#at += width;
    if (this.#at > this.#bytes.length) return 0;
    return this.#bytes.readUIntBE(at, width);
  }

  skip(length: number): void {
    this.#at += length;
  }

  take(length: number): Cursor {
    const taken = new Cursor(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return taken;
  }
}
