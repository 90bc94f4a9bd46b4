import { isUrl } from '../is-url.ts';

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
