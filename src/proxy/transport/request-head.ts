import type { UpstreamRequest } from './transport.js';

const BEYOND_LATIN1 = /[\u0100-\uffff]/;

/** The head of a request as it goes on the wire, empty line included. */
export function serializeHead(request: UpstreamRequest): string {
  return `${request.method} ${request.target} HTTP/1.1\r\n${serializeFields(request.rawHeaders)}\r\n`;
}

/** Names and values in turn as header or trailer lines. */
export function serializeFields(rawFields: readonly string[]): string {
  let lines = '';
  for (let index = 1; index < rawFields.length; index += 2) {
    lines += `${rawFields[index - 1]}: ${rawFields[index]}\r\n`;
  }
  return lines;
}

/**
 * How a head is written. Text beyond latin1 goes as UTF-8: written as latin1 it would lose its upper bytes, and
 * U+010D U+010A would become a line break.
 */
export function encodingOf(text: string): 'latin1' | 'utf8' {
  return BEYOND_LATIN1.test(text) ? 'utf8' : 'latin1';
}

/** The value of Content-Length in a request's head, or undefined where there is none that is a number. */
export function contentLengthOf(rawHeaders: readonly string[]): number | undefined {
  for (let index = 1; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index - 1];
    if (name?.length === 14 && name.toLowerCase() === 'content-length') {
      const length = Number(rawHeaders[index]);
      return Number.isSafeInteger(length) ? length : undefined;
    }
  }
  return undefined;
}
