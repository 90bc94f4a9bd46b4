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

// The types by name, so that their files, which speak of one another, need not import one another.

export const Paper = builder.objectRef<PaperRow>('Paper');
export const Author = builder.objectRef<AuthorRow>('Author');
export const Category = builder.objectRef<CategoryRow>('Category');
export const Source = builder.objectRef<SourceRow>('Source');
export const Digest = builder.objectRef<DigestRow>('Digest');
export const DigestEntry = builder.objectRef<EntryRow>('DigestEntry');
export const Summary = builder.objectRef<SummaryRow>('Summary');
export const IngestRun = builder.objectRef<IngestRunRow>('IngestRun');
export const IngestProblem = builder.objectRef<IngestProblemRow>('IngestProblem');

export const Papers = connection<PaperRow, ScoredPaperRow, PaperPage>('Paper', Paper, 'papers');
export const PaperAuthors = connection<AuthorRow, AuthorshipRow>('PaperAuthor', Author, "a paper's authors");
export const Coauthors = connection<AuthorRow, CoauthorRow>('Coauthor', Author, 'coauthors');
export const Authors = connection('Author', Author, 'authors');
export const Categories = connection('Category', Category, 'categories');
export const Sources = connection('Source', Source, 'sources');
export const Digests = connection('Digest', Digest, 'digests');
export const DigestEntries = connection('DigestEntry', DigestEntry, 'digest entries');
export const Summaries = connection('Summary', Summary, 'summaries');
export const IngestRuns = connection('IngestRun', IngestRun, 'ingest runs');
export const IngestProblems = connection('IngestProblem', IngestProblem, 'problems');
