import { open } from 'node:fs/promises';
import { GatewayError, messageOf } from '../errors.js';
import { ConfigError, type ConfigIssue } from './issue.js';

/** The text of a config and the name it is reported under. */
export interface ConfigSource {
  readonly file: string;
  readonly text: string;
}

/** A config file that could not be read at all: missing, unreadable or no file. Its content is not the matter. */
export class ConfigSourceError extends GatewayError {
  constructor(message: string, options?: ErrorOptions) {
    super('config_unreadable', message, options);
  }
}

/** Larger files are refused: at this size a config is a mistake, and parsing it would take all memory. */
export const MAX_SOURCE_BYTES = 64 * 1024 * 1024;

/**
 * Reads a config file as UTF-8, without its byte order mark. Throws a ConfigSourceError when it cannot be read, and
 * a ConfigError with one issue when what it holds is no text.
 */
export async function readSource(file: string): Promise<ConfigSource> {
  return { file, text: decodeSource(file, await readBytes(file)) };
}

async function readBytes(file: string): Promise<Buffer> {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    handle = await open(file, 'r');
    const stats = await handle.stat();
    if (stats.isDirectory())
      throw new ConfigSourceError(`cannot read the config ${file}: it is a folder, not a file`);
    if (stats.size > MAX_SOURCE_BYTES) throw tooLarge(file, stats.size);
    const bytes = await handle.readFile();
    if (bytes.length > MAX_SOURCE_BYTES) throw tooLarge(file, bytes.length);
    return bytes;
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new ConfigSourceError(`cannot read the config ${file}: ${reason(error)}`, { cause: error });
  } finally {
    await handle?.close();
  }
}

/** Checks that the bytes are UTF-8 text and decodes them. Throws a ConfigError with one issue otherwise. */
export function decodeSource(file: string, bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff' || looksLikeUtf16(bytes)) {
    throw contentError(file, 'not-utf8', 'the file is UTF-16', 'save it as UTF-8');
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    const message = `the file is binary: byte ${nul} is NUL`;
    throw contentError(file, 'binary-file', message, 'give the path of a YAML or JSON text file');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // The decoder throws for one reason only: bytes that are not UTF-8.
    throw contentError(file, 'not-utf8', 'the file is not UTF-8', 'save it as UTF-8');
  }
}

/** Text in UTF-16 without a mark: every other of its first bytes is NUL. */
function looksLikeUtf16(bytes: Buffer): boolean {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return false;
  return (bytes[0] === 0 && bytes[2] === 0) || (bytes[1] === 0 && bytes[3] === 0);
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ELOOP':
      return 'its symbolic links lead in a circle';
    case 'ENOTDIR':
      return 'a part of its path is not a folder';
    default:
      return messageOf(error);
  }
}

function tooLarge(file: string, size: number): ConfigError {
  const mebibytes = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
  const message = `the file is too large: ${mebibytes(size)} MiB, the limit is ${mebibytes(MAX_SOURCE_BYTES)} MiB`;
  return contentError(file, 'file-too-large', message, 'check that this is the config');
}

function contentError(file: string, code: string, message: string, hint: string): ConfigError {
  const place = { file, line: 1, column: 1, endColumn: 1 };
  const issue: ConfigIssue = { code, severity: 'error', ...place, field: '', path: '', message, hint };
  return new ConfigError([issue]);
}
