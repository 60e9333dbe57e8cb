/** Runs a program to its end. What stops it is told in words, causes included, and the exit code is 2. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    for (let cause: unknown = error; cause !== undefined; cause = causeOf(cause)) {
      console.error(cause instanceof Error ? `error: ${cause.message}` : `error: ${String(cause)}`);
    }
    // Processes that were started must not keep this one.
    process.exit(2);
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
