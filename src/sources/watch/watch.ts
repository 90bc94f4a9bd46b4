import { isUrl } from '../url-file.ts';
import { watchFolder } from './watch-folder.ts';
import type { WatchOptions } from './watch-options.ts';
import { watchUrl } from './watch-url.ts';

/**
 * Why a source cannot be watched, as `expected …, got …`; undefined if it can: it is an http(s) URL or a
 * folder, which need not exist yet.
 */
export function watchProblem(source: string): string | undefined {
  const unknown = isUrl(source) ? unknownPlaceholder(source) : undefined;
  if (unknown !== undefined)
    return `expected no words in braces but {date} and {language}, got ${unknown} in "${source}"`;
  return isWatchable(source) ? undefined : `expected a folder or an http(s) URL, got "${source}"`;
}

function isWatchable(source: string): boolean {
  if (isUrl(source)) return URL.canParse(source.replaceAll(/\{(?:date|language)\}/g, 'x'));
  return source !== '' && source !== '-' && !/^[a-z][a-z\d+.-]+:\/\//i.test(source);
}

function unknownPlaceholder(template: string): string | undefined {
  const words = template.match(/\{[^{}]*\}/g) ?? [];
  return words.find((word) => word !== '{date}' && word !== '{language}');
}

/**
 * Hands the files of a source to `take`, at first all of them, then new and changed ones, until `stop` is
 * aborted. A URL may contain `{date}` (today and the last seven days, in UTC) and `{language}`. Failures are
 * logged, and tried again later.
 */
export async function watch(source: string, options: WatchOptions): Promise<void> {
  await (isUrl(source) ? watchUrl(source, options) : watchFolder(source, options));
}
