const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Writes times as nginx's `$time_local` does, each second once. */
export class LocalTime {
  #second = Number.NaN;
  #text = '';

  /** `23/Nov/2026:17:48:05 +0000` for a time in milliseconds since 1970. */
  format(at: number): string {
    const second = Math.floor(at / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = write(new Date(at));
    }
    return this.#text;
  }
}

function write(date: Date): string {
  const day = `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  // JavaScript counts the minutes to UTC, the log those from it.
  const offset = -date.getTimezoneOffset();
  const zone = two(Math.floor(Math.abs(offset) / 60)) + two(Math.abs(offset) % 60);
  return `${day}:${time} ${offset < 0 ? '-' : '+'}${zone}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
