import { readFile } from 'node:fs/promises';
import { SettingsError } from '../errors.js';

const PEM = '-----BEGIN ';

/**
 * The PEM text that a setting stands for: a path, or the text itself, also in base64, as Kong takes them. Rejects with
 * SettingsError, which names `from` and never shows a text that may be a secret.
 */
export async function readPem(from: string, value: string): Promise<string> {
  if (value.includes(PEM)) return value;
  const decoded = Buffer.from(value, 'base64').toString('latin1');
  if (decoded.includes(PEM)) return decoded;
  try {
    return await readFile(value, 'utf8');
  } catch (error) {
    throw new SettingsError(`${from}: the file that it names cannot be read (${codeOf(error)})`, {
      cause: error,
    });
  }
}

/** ENOENT, for example. The whole message would show the value. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}
