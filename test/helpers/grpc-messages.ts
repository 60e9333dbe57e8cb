/** Messages as they go on the wire: a byte of flags, the length, the bytes. */
export function framed(...messages: readonly string[]): Buffer {
  return Buffer.concat(
    messages.map((message) => {
      const bytes = Buffer.from(message);
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(bytes.length, 1);
      return Buffer.concat([prefix, bytes]);
    }),
  );
}

/** The messages in a body. */
export function unframed(body: Buffer): readonly string[] {
  const messages: string[] = [];
  for (let at = 0; at + 5 <= body.length; ) {
    const length = body.readUInt32BE(at + 1);
    messages.push(body.toString('utf8', at + 5, at + 5 + length));
    at += 5 + length;
  }
  return messages;
}
