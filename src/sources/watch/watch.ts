import type { DigestFile } from '../digest-file.ts';
import { ingestFile } from '../../ingest/ingest-file.ts';
import { isUrl } from '../url-file.ts';
import { watchFolder } from './watch-folder.ts';
import type { Take, WatchOptions } from './watch-options.ts';
import { watchUrl } from './watch-url.ts';

/** What is wrong with a source to watch, as `expected …, got …`; undefined for a folder, there or not, or an http(s) URL. */
export function watchProblem(source: string): string | undefined {
  const unknown = isUrl(source) ? unknownWord(source) : undefined;
  if (unknown !== undefined)
    return `expected no words in braces but {date} and {language}, got ${unknown} in "${source}"`;
  return isWatchable(source) ? undefined : `expected a folder or an http(s) URL, got "${source}"`;
}

function isWatchable(source: string): boolean {
  if (isUrl(source)) return URL.canParse(source.replaceAll(/\{(?:date|language)\}/g, 'x'));
  return source !== '' && source !== '-' && !/^[a-z][a-z\d+.-]+:\/\//i.test(source);
}

/** The first `{word}` of a URL that nothing is filled in for. */
function unknownWord(template: string): string | undefined {
  const words = template.match(/\{[^{}]*\}/g) ?? [];
  return words.find((word) => word !== '{date}' && word !== '{language}');
}

/**
 * Takes in what a source has and what comes to it, until it is told to stop: a folder, or an http(s) URL that may hold `{date}`
 * (UTC: today and the last seven days) and `{language}`. What goes wrong is logged and tried again.
 */
export async function watch(source: string, options: WatchOptions): Promise<void> {
  const take: Take = async (file, confirm) => await takeIn(file, options, confirm);
  await (isUrl(source) ? watchUrl(source, options, take) : watchFolder(source, options, take));
}

async function takeIn(
  file: DigestFile,
  { pool, now, stop, log }: WatchOptions,
  confirm: () => Promise<void> = async () => {},
): Promise<boolean> {
  try {
    const { problems, status, ...report } = await ingestFile(pool, file, { now, stop, confirm });
    const [problem] = problems;
    const level = status === 'REFUSED' ? 'warn' : status === 'UNCHANGED' ? 'debug' : 'info';
    log[level]({ ...report, status, problems: problems.length, problem }, 'digest watched');
    return true;
  } catch (error) {
    if (!stop.aborted) log.warn({ file: file.location, err: error }, 'digest not taken in, trying again');
    return false;
  }
}
