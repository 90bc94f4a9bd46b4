/** Whether an argument is an http(s) URL, rather than a path. */
export function isUrl(argument: string): boolean {
  return /^https?:\/\//i.test(argument);
}
