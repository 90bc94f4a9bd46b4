import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Pool } from 'pg';
import type { IngestReport } from '../../src/ingest/runs/report.ts';
import { ingestPath } from './digest-files.ts';

/** What is true of a digest file, found without Papergraph's own readers. */
interface Truth {
  /** Its path in the collection; the folder is its source. */
  readonly file: string;
  readonly format: 'md' | 'jsonl';
  /** Entries; a paper may have several. */
  readonly papers: number;
  readonly distinct_arxiv_ids: number;
  readonly distinct_author_names: number | null;
  /** Entries by primary category; empty where the template prints none. */
  readonly categories: Readonly<Record<string, number>>;
  /** Entries of which some AI text is a placeholder, and those of which all is. */
  readonly placeholder_entries: number;
  readonly placeholder_entries_all_fields: number;
}

/** Digest files of several producers, days, languages and templates. */
export interface Collection {
  readonly name: string;
  readonly folder: string;
  /** Files that are taken. */
  readonly taken: readonly Truth[];
  /** Files that are refused: at which line, and what the message quotes of it. */
  readonly refused: readonly (readonly [file: string, line: number, quoted: string])[];
  /** A file of no bytes. */
  readonly empty: string;
  /** Files of the current Markdown template: they come out byte for byte, NUL apart. */
  readonly identical: readonly string[];
  /** Markdown and JSONL of one digest. */
  readonly twins: readonly (readonly [markdown: string, jsonl: string])[];
  /** What the AI text of a file is written in. */
  readonly languages: readonly (readonly [file: string, language: string])[];
  /** Is taken in whole in a moment. */
  readonly isSmall: boolean;
  /** Distinct papers at least. */
  readonly leastPapers: number;
  /** Days of files whose names tell none. */
  readonly dates: Readonly<Record<string, string>>;
}

type Facts = Omit<Collection, 'taken'>;

/** Invented digests of this repository, with the oddities that real ones have. */
const INVENTED: Facts = {
  name: 'invented digests',
  folder: 'test/fixtures/collection',
  refused: [
    ['juno/2026-03-07.md', 1, '"# Daily arXiv"'],
    ['rhea/2026-03-07.md', 17, '"**TL;DR**: '],
  ],
  empty: 'juno/2026-03-07.jsonl',
  identical: ['mira/2026-03-02.md', 'otto/2026-03-04.md'],
  twins: [['mira/2026-03-02.md', 'mira/2026-03-02_AI_enhanced_Chinese.jsonl']],
  languages: [
    ['mira/2026-03-02.md', 'zh'],
    ['mira/2026-03-03_AI_enhanced_Chinese.jsonl', 'zh'],
    ['juno/2025-03-20.md', 'zh'],
    ['otto/2026-03-04.md', 'en'],
    ['nao/2026-03-05_AI_enhanced_Japanese.jsonl', 'ja'],
    ['nao/2026-03-06_AI_enhanced_.jsonl', 'zh'],
  ],
  isSmall: true,
  leastPapers: 15,
  dates: {},
};

const REAL: Facts = {
  name: 'real digests (of ../shared/digests)',
  folder: '../shared/digests',
  refused: [
    ['Straw674/2025-06-17.md', 19, '"**TL;DR**: '],
    ['junle-chen/2025-10-10_database.md', 1, '"# 每日 ArXiv'],
    ['xmkxabc/2025-06-18.md', 1, '"# '],
  ],
  empty: 'xmkxabc/2025-06-18.jsonl',
  identical: [
    'seed/000_4673b8f0f1e2c9d9.txt',
    '0x0217/2026-01-16.md',
    'bguanmath/2025-12-02.md',
    'dw-dengwei/2026-05-06.md',
    'Xianghui-Cao/2026-06-27.md',
  ],
  twins: [
    ['dw-dengwei/2026-05-06.md', 'dw-dengwei/2026-05-06_AI_enhanced_Chinese.jsonl'],
    ['0x0217/2026-01-16.md', '0x0217/2026-01-16_AI_enhanced_Korean.jsonl'],
  ],
  languages: [
    ['seed/000_4673b8f0f1e2c9d9.txt', 'zh'],
    ['dw-dengwei/2025-03-19.md', 'zh'],
    ['dw-dengwei/2026-05-06.md', 'zh'],
    ['bguanmath/2025-12-02.md', 'zh'],
    ['0x0217/2026-01-16.md', 'ko'],
    ['KAFKA2306/2025-11-20_AI_enhanced_Japanese.jsonl', 'ja'],
    ['Xianghui-Cao/2026-06-27.md', 'en'],
    ['Straw674/2025-06-17_AI_enhanced_.jsonl', 'zh'],
  ],
  isSmall: false,
  leastPapers: 900,
  dates: { 'seed/000_4673b8f0f1e2c9d9.txt': '2026-01-15' },
};

/** The invented digests, and the real ones where they lie beside the repository. */
export const COLLECTIONS: readonly Collection[] = [INVENTED, REAL]
  .filter(({ folder }) => existsSync(folder))
  .map((facts) => ({ ...facts, taken: readTruths(facts) }));

function readTruths({ folder, refused, empty }: Facts): Truth[] {
  const lines = readFileSync(path.join(folder, 'expected.jsonl'), 'utf8').trim().split('\n');
  const truths = lines.map((line) => JSON.parse(line) as Truth);
  return truths.filter(({ file }) => file !== empty && !refused.some(([name]) => name === file));
}

/** The bytes of a file of a collection. */
export function bytesOf({ folder }: Collection, file: string): Buffer {
  return readFileSync(path.join(folder, file));
}

/** Takes in a file of a collection. */
export async function ingestOf(
  { folder, dates }: Collection,
  file: string,
  pool: Pool,
): Promise<IngestReport> {
  return await ingestPath(pool, path.join(folder, file), { source: path.dirname(file), date: dates[file] });
}

/** All files of a collection, also those that are refused. */
export function filesOf({ taken, refused, empty }: Collection): string[] {
  return [...taken.map(({ file }) => file), ...refused.map(([file]) => file), empty];
}
