/** The bytes that HTTP/1.1's syntax is made of. */
export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const DOUBLE_QUOTE = 34;
export const DIGIT_0 = 48;
export const COLON = 58;
export const SEMICOLON = 59;
export const EQUALS = 61;
export const BACKSLASH = 92;

/** 1 for every byte of a token, such as a field name (`tchar`, RFC 9110 5.6.2). */
export const TOKEN_BYTE = byteTable("!#$%&'*+-.^_`|~", [0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]);

/** 1 for every byte of a field value, a reason phrase or a quoted text (RFC 9110 5.5); Node sends no other. */
export const TEXT_BYTE = byteTable('\t', [0x20, 0x7e], [0x80, 0xff]);

function byteTable(single: string, ...ranges: readonly (readonly [number, number])[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of single) table[character.charCodeAt(0)] = 1;
  for (const [first, last] of ranges) table.fill(1, first, last + 1);
  return table;
}
