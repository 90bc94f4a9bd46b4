import { expect } from 'vitest';
import type { TestServer } from './server.ts';

/** The papers that attacks are about. */
export const ATTACKED_PAPERS = ['2601.00001', '2601.00002', '2601.00003'];

/** What an innocent client asks, and what it gets. */
const QUESTION = '{ papers(first: 1) { totalCount } }';

/** Expects that the server still answers a client that has done nothing wrong. */
export async function expectInnocentAnswered({ post }: Pick<TestServer, 'post'>): Promise<void> {
  const response = await post({ query: QUESTION });
  const answer = (await response.json()) as { data?: unknown };
  expect([response.status, answer.data]).toEqual([200, { papers: { totalCount: ATTACKED_PAPERS.length } }]);
}
