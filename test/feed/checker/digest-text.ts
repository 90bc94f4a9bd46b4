import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { jsonl } from '../../support/digest-files.ts';
import type { AiText, DigestFile, Line } from './corpus.ts';

const LABELS = ['tldr', 'motivation', 'method', 'result', 'conclusion'];
const LANGUAGES = { zh: 'Chinese', en: 'English', ja: 'Japanese' };

/** Writes a digest in the form of its producer. Returns the path of the file. */
export function writeDigest(folder: string, { source, date, language, lines }: DigestFile): string {
  const directory = path.join(folder, source);
  mkdirSync(directory, { recursive: true });
  const name = language === null ? date : `${date}_AI_enhanced_${LANGUAGES[language]}`;
  const file = path.join(directory, `${name}.jsonl`);
  writeFileSync(file, jsonl(...lines.map(recordOf)));
  return file;
}

function recordOf({ arxivId, facts, ai }: Line): object {
  const { version, title, abstract, authors, categories, codeUrl } = facts;
  return {
    id: `${arxivId}v${version}`,
    categories,
    authors,
    title,
    comment: null,
    summary: abstract,
    ...(codeUrl !== null && { code_url: codeUrl, code_stars: 1 }),
    ...(ai !== null && { AI: partsOf(ai) }),
  };
}

function partsOf(ai: NonNullable<AiText>): object {
  return Object.fromEntries(LABELS.map((label, index) => [label, ai === 'FAILED' ? 'Error' : ai[index]]));
}
