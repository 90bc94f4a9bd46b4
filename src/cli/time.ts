const MINUTE_MS = 60_000;

/**
 * Formats an instant to the minute with its offset from UTC: `2026-01-15 21:04 +08:00`, or `2026-01-15
 * 13:04Z` if `utc` is set. The time zone is that of this machine (`TZ`).
 */
export function readableTime(instant: Date, utc = false): string {
  const offset = utc ? 0 : -instant.getTimezoneOffset();
  const shifted = new Date(instant.getTime() + offset * MINUTE_MS).toISOString();
  return `${shifted.slice(0, 16).replace('T', ' ')}${utc ? 'Z' : ` ${offsetText(offset)}`}`;
}

/** Formats minutes east of UTC as `+08:00`. */
function offsetText(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const digits = [hours, rest].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${digits.join(':')}`;
}
