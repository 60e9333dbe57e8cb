/** Polls until `probe` returns something truthy, and returns that. Fails with `what` after `timeout` milliseconds. */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeout = 10_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const value = await probe();
    if (value) return value as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`waited ${timeout} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
