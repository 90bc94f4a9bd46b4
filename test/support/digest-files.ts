import path from 'node:path';
import type { Pool } from 'pg';
import type { SummaryPart } from '../../src/digest/digest.ts';
import { writeMarkdown } from '../../src/digest/write-markdown.ts';
import type { DigestFile } from '../../src/sources/digest-file.ts';
import { findFiles } from '../../src/sources/find-files.ts';
import { ingestFile, type IngestOptions } from '../../src/ingest/ingest-file.ts';
import type { IngestReport } from '../../src/ingest/runs/report.ts';

/** A digest file that lies nowhere: its text under a name. */
export function textFile(fileName: string, text: string | Uint8Array, source = 'test'): DigestFile {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return {
    origin: fileName,
    location: fileName,
    fileName,
    source,
    fallbackDate: async () => ({ date: '2026-01-01', what: 'the test’s day' }),
    size: bytes.length,
    once: false,
    open: async function* () {
      yield bytes;
    },
  };
}

/** Takes in a file of the repository or a folder beside it. */
export async function ingestPath(pool: Pool, name: string, options?: IngestOptions): Promise<IngestReport> {
  const world = { stdin: (async function* () {})(), cwd: process.cwd(), now: () => new Date() };
  const [file] = await findFiles(path.resolve(name), world);
  if (file === undefined) throw new Error(`${name} holds no file`);
  return await ingestFile(pool, file, options);
}

/** One record as the producer writes it to JSONL; `change` replaces or adds keys. */
export function jsonRecord(id: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    categories: ['cs.LG', 'stat.ML'],
    pdf: `https://arxiv.org/pdf/${id}`,
    abs: `https://arxiv.org/abs/${id}`,
    authors: ['Ada Park', 'Günter Öz'],
    title: `Paper ${id}`,
    comment: '10 pages',
    summary: `Abstract of ${id}.`,
    AI: {
      tldr: `本文提出 ${id} 的方法。`,
      motivation: '动机说明。',
      method: '方法说明。',
      result: '结果说明。',
      conclusion: '结论说明。',
    },
    ...change,
  };
}

/** A JSONL digest of records. */
export function jsonl(...records: object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** The Markdown that the producer makes of JSONL records, sections as first seen. */
export function asMarkdown(...records: Record<string, unknown>[]): string {
  const labels: [string, string][] = [
    ['tldr', 'TL;DR'],
    ['motivation', 'Motivation'],
    ['method', 'Method'],
    ['result', 'Result'],
    ['conclusion', 'Conclusion'],
  ];
  return writeMarkdown({
    entries: records.map((record) => {
      const ai = record['AI'] as Record<string, string>;
      return {
        url: record['abs'] as string,
        title: record['title'] as string,
        authors: record['authors'] as string[],
        category: (record['categories'] as string[])[0] ?? '',
        abstract: record['summary'] as string,
        parts: labels.map(([key, label]): SummaryPart => ({ label, text: ai[key] ?? '' })),
      };
    }),
  });
}
