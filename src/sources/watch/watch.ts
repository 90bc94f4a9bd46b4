import { isUrl } from '../is-url.ts';
import { watchFolder } from './watch-folder.ts';
import type { WatchOptions } from './watch-options.ts';
import { watchUrl } from './watch-url.ts';

/**
 * Hands the files of a source to `take`, at first all of them, then new and changed ones, until `stop` is
 * aborted. A URL may contain `{date}` (today and the last seven days, in UTC) and `{language}`. Failures are
 * logged, and tried again later.
 */
export async function watch(source: string, options: WatchOptions): Promise<void> {
  await (isUrl(source) ? watchUrl(source, options) : watchFolder(source, options));
}
