import { createClient } from './client.js';
import { growingList } from './papers.js';

const client = createClient();
let shown = 0;
for await (const { edges, totalCount } of growingList(client, { first: 4 })) {
  for (const { node } of edges.slice(shown)) console.log(`${node.arxivId}  ${node.title}`);
  shown = edges.length;
  console.log(`            ${shown} of ${totalCount} loaded\n`);
}

const kept = Object.keys(client.cache.extract()).filter((key) => key.startsWith('Paper:'));
console.log(`The cache keeps ${kept.length} papers, the first as ${kept[0]}`);
