/** The bytes of a message are no valid HTTP/1.x. Its message says what is wrong, as the rest of a sentence. */
export class MalformedMessage extends Error {}

/** A head or a trailer section has more bytes or fields than are taken. */
export class OversizedMessage extends MalformedMessage {}

/** Some of a message's text, quoted for an error about it. */
export function quoted(text: string, from: number, to: number): string {
  return JSON.stringify(to - from > 60 ? `${text.slice(from, from + 60)}…` : text.slice(from, to));
}
