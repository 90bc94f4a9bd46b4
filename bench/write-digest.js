import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** Writes a JSONL digest of generated records, of so many bytes or records; gives the number of records. */
export async function writeDigest(file, { bytes: mostBytes = Infinity, records: mostRecords = Infinity }) {
  const out = createWriteStream(file);
  let records = 0;
  for (let written = 0; written < mostBytes && records < mostRecords; records++) {
    const line = `${JSON.stringify(record(records))}\n`;
    written += Buffer.byteLength(line);
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return records;
}

function record(n) {
  const month = Math.floor(n / 90_000);
  const id = `${15 + Math.floor(month / 12)}${String((month % 12) + 1).padStart(2, '0')}.${10_000 + (n % 90_000)}`;
  const words = 'we propose a method for learning representations of graphs and show that it improves'.split(
    ' ',
  );
  const english = (count) =>
    Array.from({ length: count }, (_, i) => words[(n * 7 + i * i) % words.length]).join(' ');
  const chinese = (count) =>
    Array.from({ length: count }, (_, i) => String.fromCodePoint(0x4e00 + ((n * 31 + i * 97) % 3000))).join(
      '',
    );
  return {
    id,
    categories: ['cs.LG', ['cs.CV', 'cs.CL', 'stat.ML'][n % 3]],
    abs: `https://arxiv.org/abs/${id}`,
    authors: Array.from({ length: 5 }, (_, i) => `Author ${(n * 5 + i * i * 17) % 200_000}`),
    title: english(12),
    comment: null,
    summary: english(180),
    AI: {
      tldr: chinese(60),
      motivation: chinese(80),
      method: chinese(120),
      result: chinese(90),
      conclusion: chinese(70),
    },
  };
}
