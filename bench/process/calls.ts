import type { ChildProcess } from 'node:child_process';

/** Functions of a child process that its parent calls over their channel. Arguments and results are plain JSON. */
export type Calls = Readonly<Record<string, (argument: unknown) => unknown>>;

let asked = 0;

/** Calls `name` in a child. Rejects with what the child threw, or when it ends before it has answered. */
export function ask(child: ChildProcess, name: string, argument: unknown): Promise<unknown> {
  asked += 1;
  const id = asked;
  return new Promise((resolve, reject) => {
    const settle = (error: Error | undefined, result?: unknown) => {
      child.off('message', onMessage);
      child.off('close', onClose);
      if (error === undefined) resolve(result);
      else reject(error);
    };
    const onMessage = (message: unknown) => {
      if (!isObject(message) || message['id'] !== id) return;
      const { error } = message;
      settle(error === undefined ? undefined : new Error(String(error)), message['result']);
    };
    const onClose = () => settle(new Error(`the process ended before it answered "${name}"`));
    child.on('message', onMessage);
    child.on('close', onClose);
    child.send({ id, name, argument }, (error) => {
      if (error !== null) settle(error);
    });
  });
}

/** Answers the parent's calls. The channel alone does not keep the process alive when `background` is set. */
export function answerCalls(calls: Calls, background = false): void {
  process.on('message', (message: unknown) => {
    if (isObject(message)) void answer(calls, message);
  });
  if (background) process.channel?.unref();
  // Without the parent nobody would end this process.
  else process.on('disconnect', () => process.exit());
}

async function answer(calls: Calls, message: Readonly<Record<string, unknown>>): Promise<void> {
  const { id, name, argument } = message;
  try {
    const call = typeof name === 'string' ? calls[name] : undefined;
    if (call === undefined) throw new Error(`there is no "${String(name)}" to call`);
    process.send?.({ id, result: await call(argument) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Whether `value` is an object that holds a number under each of `names`. */
export function hasNumbers<Name extends string>(
  value: unknown,
  ...names: readonly Name[]
): value is Readonly<Record<Name, number>> {
  return isObject(value) && names.every((name) => typeof value[name] === 'number');
}
