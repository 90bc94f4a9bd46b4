import { MAX_FILE_NAME_BYTES, MAX_SOURCE_BYTES, nameFault } from '../../digest/long-names.ts';
import type { PostedDigest } from '../../digest/posted-digest.ts';
import { parseLanguage } from '../../language/language.ts';
import { encodeFeedCursor } from '../../events/feed-cursor.ts';
import { found } from '../../reads/lookups.ts';
import { within } from '../../time/deadline.ts';
import { builder } from '../builder.ts';
import { adminRefusal, badUserInput, clientError } from '../errors.ts';
import type { IngestDigestResult } from '../ingest-digest.ts';
import { Digest, IngestRun } from '../refs.ts';

/** Longest URL of a posted digest, in characters. */
export const MAX_URL_CHARACTERS = 2_000;

/** How long a caller waits for a run, in milliseconds. */
export const DEADLINE_MS = 120_000;

/** A @oneOf input: validation ensures that exactly one of the two is given. */
const DigestDocument = builder.inputType('DigestDocument', {
  isOneOf: true,
  description: 'The content of a digest, or its address. Exactly one field must be set.',
  fields: (t) => ({
    text: t.string({ description: 'Content of the digest, in Markdown or JSONL.' }),
    url: t.field({
      type: 'URL',
      description: `URL to fetch the digest from: http or https, at a public address. At most
${MAX_URL_CHARACTERS} characters, else BAD_USER_INPUT.`,
    }),
  }),
});

const IngestDigestInput = builder
  .inputRef<PostedDigest & { clientMutationId?: string | null }>('IngestDigestInput')
  .implement({
    description: 'A digest to ingest, with its source and, if known, its date and language.',
    fields: (t) => ({
      document: t.field({
        type: DigestDocument,
        required: true,
        description: 'The digest itself, as text or by URL.',
      }),
      source: t.string({
        required: true,
        description: `Name of the source that publishes the digest, such as \`owner/repository\`. If
\`fileName\` contains a date and text beside date and language, such as \`_database\`, that text is appended
to the source. Both together have at most ${MAX_SOURCE_BYTES} bytes of UTF-8.`,
      }),
      fileName: t.string({
        description: `Name of the file that contains the text. Supplies date and language if \`date\` and
\`language\` are absent. If it contains no date, the day is today (UTC), and a digest from a file of another
name is not replaced. At most ${MAX_FILE_NAME_BYTES} bytes of UTF-8, else BAD_USER_INPUT.`,
      }),
      date: t.field({
        type: 'Date',
        description: 'Day that the digest covers. By default taken from `fileName`, else today (UTC).',
      }),
      language: t.string({
        description: `Language of the AI text, as a BCP 47 tag or a name. By default taken from
\`fileName\`, else detected from the text.`,
      }),
      strict: t.boolean({
        required: true,
        defaultValue: false,
        description: 'If true, stores nothing unless every entry is valid; false by default.',
      }),
      // A convention of Relay: clients use it to match payloads with mutations.
      clientMutationId: t.string({ description: 'Any text; the payload returns it unchanged.' }),
    }),
  });

const IngestDigestPayload = builder.objectRef<IngestDigestResult>('IngestDigestPayload').implement({
  description: `Result of \`ingestDigest\`. A refused digest is a result (see \`run.status\` and
\`run.problems\`), not an error.`,
  fields: (t) => ({
    run: t.field({
      type: IngestRun,
      description: 'The ingest run: status, counts and problems.',
      resolve: ({ run }) => run,
    }),
    digest: t.field({
      type: Digest,
      nullable: true,
      description: 'Digest that the document belongs to. Null if none is stored.',
      resolve: ({ digest }) => digest,
    }),
    feedCursor: t.field({
      type: 'FeedCursor',
      description: 'Feed cursor after all events of the run.',
      resolve: ({ feedCursor }) => feedCursor,
    }),
    clientMutationId: t.string({
      nullable: true,
      description: 'The `clientMutationId` of the input.',
      resolve: ({ clientMutationId }) => clientMutationId,
    }),
  }),
});

builder.mutationType({
  description: 'Root of all mutations.',
  fields: (t) => ({
    ingestDigest: t.field({
      type: IngestDigestPayload,
      description: `Ingests a digest. Needs the admin token: without it the error is UNAUTHENTICATED, or
FORBIDDEN if the server has no admin token or cannot write. After ${DEADLINE_MS / 1_000} seconds the error
is TIMEOUT, but the ingest continues: see \`ingestRuns\`.`,
      args: {
        input: t.arg({ type: IngestDigestInput, required: true, description: 'The digest to ingest.' }),
      },
      resolve: async (_root, { input }, context) => {
        const { caller, ingestDigest } = context;
        // Before anything else: a caller without the token must learn nothing from the checks of the input.
        const refusal = adminRefusal(caller.admin);
        if (refusal !== undefined) throw refusal;
        if (ingestDigest === undefined) throw new Error('this server does not ingest digests');
        const runId = await inTime(ingestDigest(checked(input)));
        const { epoch, head } = await context.renew();
        const { reads } = context;
        const run = found(await reads.ingestRunById(runId));
        return {
          run,
          digest: run.digestId === null ? null : await reads.digestById(run.digestId),
          feedCursor: encodeFeedCursor(epoch, head),
          clientMutationId: input.clientMutationId,
        };
      },
    }),
  }),
});

/**
 * The input, with its source trimmed and its language as a tag. Makes all checks that do not need the digest
 * itself. Throws BAD_USER_INPUT.
 */
function checked(input: PostedDigest): PostedDigest {
  const { url } = input.document;
  if (typeof url === 'string' && url.length > MAX_URL_CHARACTERS)
    throw badUserInput(
      ['input', 'document', 'url'],
      `url: expected at most ${MAX_URL_CHARACTERS} characters, got ${url.length}`,
    );
  if (typeof url === 'string' && !/^https?:$/.test(new URL(url).protocol))
    throw badUserInput(['input', 'document', 'url'], 'url: expected one of http or https');
  // Postgres cannot store NUL in a text.
  for (const name of ['source', 'fileName'] as const)
    if (input[name]?.includes('\0') === true)
      throw badUserInput(['input', name], `${name}: expected a text without NUL`);
  // Names are part of indexes, and Postgres limits the size of an index entry.
  const source = input.source.trim();
  checkLength('source', source, MAX_SOURCE_BYTES);
  checkLength('fileName', input.fileName ?? '', MAX_FILE_NAME_BYTES);
  if (source === '') throw badUserInput(['input', 'source'], 'source: expected a name, got nothing');
  if (typeof input.language !== 'string') return { ...input, source };
  const language = parseLanguage(input.language);
  if (language === undefined || language === '')
    throw badUserInput(['input', 'language'], 'language: expected a language, such as zh or Chinese');
  return { ...input, source, language };
}

function checkLength(name: 'source' | 'fileName', text: string, most: number): void {
  const fault = nameFault(text, most);
  if (fault !== undefined) throw badUserInput(['input', name], `${name}: ${fault}`);
}

/** Waits for a run, but not forever: proxies drop requests that take minutes. The run itself continues. */
async function inTime(run: Promise<string>): Promise<string> {
  return await within(DEADLINE_MS, run, () => {
    const seconds = DEADLINE_MS / 1_000;
    return clientError(
      'TIMEOUT',
      `ingestDigest: not done within ${seconds} seconds; it continues, see ingestRuns`,
    );
  });
}
