import { papers } from './papers.js';

// Try `orderBy: 'LENGTH'`, or print `paper.stars`: neither compiles.
for await (const paper of papers({ first: 4, orderBy: 'MOST_STARS' })) {
  console.log(`${paper.arxivId}  ${paper.title}`);
  console.log(`            ${paper.firstDigestDate}, ${paper.primaryCategory?.name ?? 'no category'}`);
  console.log(`            ${paper.pdfUrl}${paper.codeStars === null ? '' : `, ${paper.codeStars} stars`}\n`);
}
