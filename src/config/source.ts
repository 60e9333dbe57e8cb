import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
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

/** Larger configs are refused: at this size one is a mistake, and parsing it would take all memory. */
export const MAX_SOURCE_BYTES = 64 * 1024 * 1024;

/** Stands for standard input where a path is asked for. */
export const STDIN = '-';

/** How the text from standard input is called in issues. */
const STDIN_NAME = 'stdin';

/** The files of a folder that are configs; editors and Kubernetes put theirs behind a dot. */
const CONFIG_NAME = /^[^.].*\.(?:ya?ml|json)$/i;

/** Whether a file of this name in a config folder is read. */
export function isConfigName(name: string): boolean {
  return CONFIG_NAME.test(name);
}

/**
 * Reads a config file as UTF-8, without its byte order mark. Throws a ConfigSourceError when it cannot be read, and
 * a ConfigError with one issue when what it holds is no text.
 */
export async function readSource(file: string): Promise<ConfigSource> {
  return { file, text: decodeSource(file, await readBytes(file)) };
}

/**
 * Reads everything a config comes from, in order: files, the config files of folders sorted by name, `-` for standard
 * input. Throws a ConfigSourceError for what cannot be read, a ConfigError with an issue for each file that is no text.
 */
export async function readSources(paths: readonly string[]): Promise<readonly ConfigSource[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  await refuseTwice(files);
  const sources: ConfigSource[] = [];
  const issues: ConfigIssue[] = [];
  let size = 0;
  for (const file of files) {
    try {
      const source = file === STDIN ? await readStdin() : await readSource(file);
      size += source.text.length;
      if (size > MAX_SOURCE_BYTES) throw tooLarge(file, size, 'the files up to this one are too large');
      sources.push(source);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      issues.push(...error.issues);
    }
  }
  if (issues.length > 0) throw new ConfigError(issues);
  return sources;
}

async function filesAt(path: string): Promise<readonly string[]> {
  const files = path === STDIN ? undefined : await filesInFolder(path);
  if (files === undefined) return [path];
  if (files.length > 0) return files;
  throw new ConfigSourceError(
    `cannot read the config ${path}: the folder holds no *.yaml, *.yml or *.json file (folders in it are not looked at)`,
  );
}

/** The config files of a folder, sorted by name; undefined for what is no folder, a missing path too. */
export async function filesInFolder(path: string): Promise<readonly string[] | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return undefined;
    const names = (await readdir(path)).filter(isConfigName).sort();
    const isFile = await Promise.all(names.map((name) => mayBeFile(join(path, name))));
    return names.filter((_, index) => isFile[index]).map((name) => join(path, name));
  } catch (error) {
    // A missing path is for the reader of files to tell, which says it in the same words.
    if (error instanceof Error && 'code' in error && error.code !== 'EACCES') return undefined;
    throw new ConfigSourceError(`cannot read the config ${path}: ${reason(error)}`, { cause: error });
  }
}

/** Folders, pipes and sockets in a folder are no configs; a link that leads nowhere is one that cannot be read. */
async function mayBeFile(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.isFile(),
    () => true,
  );
}

/** The same file by two names would define every entity twice. */
async function refuseTwice(files: readonly string[]): Promise<void> {
  const seen = new Map<string, string>();
  for (const file of files) {
    const real = file === STDIN ? STDIN : await realpath(file).catch(() => resolve(file));
    const other = seen.get(real);
    if (other !== undefined) {
      const names = other === file ? `${file} is given twice` : `${other} and ${file} are the same file`;
      throw new ConfigSourceError(`cannot read the config: ${names}: leave one of them out`);
    }
    seen.set(real, file);
  }
}

let stdin: Promise<ConfigSource> | undefined;

/** Standard input can be read once; whoever asks again gets the same text. */
function readStdin(): Promise<ConfigSource> {
  stdin ??= readChunks(STDIN_NAME, process.stdin).then((bytes) => ({
    file: STDIN_NAME,
    text: decodeSource(STDIN_NAME, bytes),
  }));
  return stdin;
}

async function readBytes(file: string): Promise<Buffer> {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    handle = await open(file, 'r');
    const stats = await handle.stat();
    if (stats.isDirectory())
      throw new ConfigSourceError(`cannot read the config ${file}: it is a folder, not a file`);
    if (stats.size > MAX_SOURCE_BYTES) throw tooLarge(file, stats.size);
    return await readChunks(file, handle.createReadStream({ autoClose: false }));
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new ConfigSourceError(`cannot read the config ${file}: ${reason(error)}`, { cause: error });
  } finally {
    await handle?.close();
  }
}

/** A pipe does not say how much it holds, and /dev/zero has no end. */
async function readChunks(file: string, stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_SOURCE_BYTES) throw tooLarge(file, size);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
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

function tooLarge(file: string, size: number, what = 'the file is too large'): ConfigError {
  const mebibytes = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
  const message = `${what}: ${mebibytes(size)} MiB, the limit is ${mebibytes(MAX_SOURCE_BYTES)} MiB`;
  return contentError(file, 'file-too-large', message, 'check that this is the config');
}

function contentError(file: string, code: string, message: string, hint: string): ConfigError {
  const place = { file, line: 1, column: 1, endColumn: 1 };
  const issue: ConfigIssue = { code, severity: 'error', ...place, field: '', path: '', message, hint };
  return new ConfigError([issue]);
}
