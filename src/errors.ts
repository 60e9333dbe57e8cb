/**
 * The root of every error this project throws on purpose. `code` is stable and machine-readable, the message
 * says what was being done, `cause` keeps what went wrong underneath.
 */
export class GatewayError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A setting (flag or environment variable) that cannot be used. The message names it and what to write instead. */
export class SettingsError extends GatewayError {
  constructor(message: string, options?: ErrorOptions) {
    super('settings_invalid', message, options);
  }
}

/** A listener that could not be opened, a taken port for example. */
export class ListenError extends GatewayError {
  constructor(message: string, options?: ErrorOptions) {
    super('listen_failed', message, options);
  }
}

/** A worker process that ended, or could not be started. */
export class WorkerError extends GatewayError {
  constructor(message: string, options?: ErrorOptions) {
    super('worker_ended', message, options);
  }
}

/** The message of anything thrown, for use inside another message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
