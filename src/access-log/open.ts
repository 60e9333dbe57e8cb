import type { AccessLogFormat, AccessLogSettings } from '../access-log-settings.js';
import { messageOf, SettingsError } from '../errors.js';
import type { Logger } from '../log.js';
import type { AccessEntry, AccessLog, LineFormat } from './access-log.js';
import { combinedFormat } from './combined.js';
import { jsonFormat } from './json.js';
import { LineWriter } from './line-writer.js';
import { openSink } from './sink.js';

const FORMATS: Readonly<Record<AccessLogFormat, () => LineFormat>> = {
  combined: combinedFormat,
  json: jsonFormat,
};

/** Opens the access log that is asked for. Throws SettingsError where its file cannot be written. */
export function openAccessLog({ format, file }: AccessLogSettings, log: Logger): AccessLog {
  try {
    const writer = new LineWriter({ name: file, open: () => openSink(file), log });
    return new WrittenAccessLog(FORMATS[format](), writer);
  } catch (error) {
    throw new SettingsError(`the access log ${file} cannot be opened: ${messageOf(error)}`, { cause: error });
  }
}

class WrittenAccessLog implements AccessLog {
  readonly #format: LineFormat;
  readonly #writer: LineWriter;

  constructor(format: LineFormat, writer: LineWriter) {
    this.#format = format;
    this.#writer = writer;
  }

  record(entry: AccessEntry): void {
    if (this.#writer.accepts()) this.#writer.write(this.#format(entry));
  }

  reopen(): void {
    this.#writer.reopen();
  }

  close(): Promise<void> {
    return this.#writer.close();
  }
}
