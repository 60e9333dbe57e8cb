let second = 0;
let text = '';

/** The time as a Date field has it (RFC 9110, 5.6.7), worked out once a second. */
export function httpDate(): string {
  const now = Date.now();
  const current = now - (now % 1000);
  if (current !== second) {
    second = current;
    text = new Date(current).toUTCString();
  }
  return text;
}
