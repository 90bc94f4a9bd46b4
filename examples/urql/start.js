import { createClient, introspect } from './client.js';
import { growingList } from './papers.js';

const client = createClient(await introspect());
let shown = 0;
for await (const { edges, totalCount } of growingList(client, { first: 4 })) {
  for (const { node } of edges.slice(shown)) console.log(`${node.arxivId}  ${node.title}`);
  shown = edges.length;
  console.log(`            ${shown} of ${totalCount} loaded\n`);
}

for await (const { edges } of growingList(client, { first: 4 }))
  console.log(`Read again: all ${edges.length} came from the cache, without a request`);
