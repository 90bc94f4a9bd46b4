import { papers, PapergraphError } from './papergraph.js';

console.log('Papers with a summary, four a page:\n');
for await (const { arxivId, title, authors, summary } of papers({ first: 4, filter: { hasSummary: true } })) {
  console.log(`${arxivId}  ${title}`);
  console.log(`            ${authors.nodes.map(({ name }) => name).join(', ')}`);
  console.log(`            ${summary.tldr ?? ''}\n`);
}

try {
  await papers({ first: 101 }).next();
} catch (error) {
  if (!(error instanceof PapergraphError)) throw error;
  console.log(`A page of 101 is ${error.codes}: ${error.message}`);
}
