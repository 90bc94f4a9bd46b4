import type {
  AuthorRow,
  AuthorshipRow,
  CoauthorRow,
  CategoryRow,
  DigestRow,
  EntryRow,
  IngestProblemRow,
  IngestRunRow,
  PaperRow,
  ScoredPaperRow,
  SourceRow,
  SummaryRow,
} from '../reads/lists/rows.ts';
import { builder } from './builder.ts';
import { connection } from './connection.ts';
import type { PaperPage } from './paper-lists.ts';

// References to the types by name. The types refer to one another (a paper has authors, an author has
// papers), so their files import these references instead of each other; that keeps imports free of cycles.

/** A paper on arXiv. */
export const Paper = builder.objectRef<PaperRow>('Paper');
/** An author's name as printed. */
export const Author = builder.objectRef<AuthorRow>('Author');
/** A category of arXiv. */
export const Category = builder.objectRef<CategoryRow>('Category');
/** A publisher of digests. */
export const Source = builder.objectRef<SourceRow>('Source');
/** The papers of one source, day and language. */
export const Digest = builder.objectRef<DigestRow>('Digest');
/** A paper as one digest printed it. */
export const DigestEntry = builder.objectRef<EntryRow>('DigestEntry');
/** The AI text of one digest entry. */
export const Summary = builder.objectRef<SummaryRow>('Summary');
/** One attempt to ingest a file. */
export const IngestRun = builder.objectRef<IngestRunRow>('IngestRun');
/** A problem found in a file. */
export const IngestProblem = builder.objectRef<IngestProblemRow>('IngestProblem');

/** Lists of papers; edges have a score and highlights, pages have facets. */
export const Papers = connection<PaperRow, ScoredPaperRow, PaperPage>('Paper', Paper, 'papers');
/** Lists of a paper's authors; edges have the position and the printed name. */
export const PaperAuthors = connection<AuthorRow, AuthorshipRow>('PaperAuthor', Author, "a paper's authors");
/** Lists of coauthors; edges have the number of shared papers. */
export const Coauthors = connection<AuthorRow, CoauthorRow>('Coauthor', Author, 'coauthors');
/** Lists of authors. */
export const Authors = connection('Author', Author, 'authors');
/** Lists of categories. */
export const Categories = connection('Category', Category, 'categories');
/** Lists of sources. */
export const Sources = connection('Source', Source, 'sources');
/** Lists of digests. */
export const Digests = connection('Digest', Digest, 'digests');
/** Lists of digest entries. */
export const DigestEntries = connection('DigestEntry', DigestEntry, 'digest entries');
/** Lists of summaries. */
export const Summaries = connection('Summary', Summary, 'summaries');
/** Lists of ingest runs. */
export const IngestRuns = connection('IngestRun', IngestRun, 'ingest runs');
/** Lists of the problems of a run. */
export const IngestProblems = connection('IngestProblem', IngestProblem, 'problems');
