import { fetchQuery } from 'relay-runtime';
import { loadNext, read, refetch } from './fragment.js';
import { List, ListQuery } from './papers.js';
import { createEnvironment } from './relay.js';

const FIRST = 4;
const environment = createEnvironment();
const list = await fetchQuery(environment, ListQuery, { first: FIRST }).toPromise();

let shown = 0;
do {
  const { edges, totalCount } = read(environment, List, list).papers;
  for (const { node } of edges.slice(shown)) console.log(`${node.arxivId}  ${node.title}`);
  shown = edges.length;
  console.log(`            ${shown} of ${totalCount} loaded\n`);
} while (await loadNext(environment, List, list, FIRST));

const byTitle = await refetch(environment, List, list, { first: FIRST, orderBy: 'TITLE' });
console.log('Refetched, sorted by title:');
for (const { node } of read(environment, List, byTitle).papers.edges)
  console.log(`${node.arxivId}  ${node.title}`);
