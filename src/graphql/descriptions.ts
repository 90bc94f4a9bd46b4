// Descriptions that several elements of the schema share, so that each fact is stated once. An editor shows a
// description alone, without those around it: each sentence must be understood on its own.

/** Describes the `id` of a type whose ids are derived from a natural key, such as "the arXiv id". */
export function idFrom(key: string): string {
  return `Opaque id for the query \`node\`, derived from ${key}.`;
}

/** Describes an input object of which exactly one field must be set. `what` is, for example, "an author". */
export function lookupBy(what: string): string {
  return `Identifies ${what}. Exactly one field must be set.`;
}

/** Describes the `id` of such an input object. */
export const BY_ID = 'The `id` of the object. An unknown or malformed id finds nothing.';

/** Describes `orderBy` of a list that has a default order. */
export function sortedBy(preset: string): string {
  return `Sort order of the list; ${preset} by default.`;
}

/** Describes `first` of a plain list, which has no cursors. */
export function upTo(preset: number): string {
  return `Returns up to the first n items; ${preset} by default, at most 100. A negative or larger number is
BAD_USER_INPUT.`;
}

/** The forms of a category that filters accept. */
export const CATEGORY_VALUES = `Each value may be, in any case, a code (\`cs.LG\`), an alias (\`cs.SY\` means
\`eess.SY\`), an archive (\`cs\` or \`cs.*\`) or a name (\`Machine Learning\` means \`cs.LG\` and
\`stat.ML\`).`;

/** The forms of a language that filters accept, and the languages that each covers. */
export const LANGUAGE_VALUES = `Each value is a BCP 47 tag, or a name in English or in the language itself
(\`Chinese\`, \`中文\`). A language covers its variants: \`zh\` covers \`zh-Hant\`. \`zh-CN\` and \`zh-Hans\`
mean \`zh\`. A tag with a country, as browsers send it, also covers its shorter forms: \`zh-Hant-TW\` covers
\`zh-Hant\` and \`zh\`, \`en-GB\` covers \`en\`. \`und\` is AI text in an unknown language.`;

/**
 * The rules that AuthorFilter and DigestFilter share with PaperFilter, which states them with more detail.
 */
export const FILTER_RULES = `All fields must match; within a list, one matching value is enough. An absent
or null field does not filter, and an empty list matches nothing. The same rules hold for \`PaperFilter\`.`;
