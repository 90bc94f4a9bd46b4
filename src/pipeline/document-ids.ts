import type { GraphQLError } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Limits } from '../limits/limits.ts';
import { requestError } from './failures.ts';
import type { OperationContext, OperationPlugin } from './operation-context.ts';
import { canonicalId, isDocumentId, sha256Id, TrustedDocuments } from './trusted-documents.ts';

/** Which documents clients may name, and whether they must. */
export interface DocumentSettings {
  readonly trusted?: TrustedDocuments | undefined;
  /** Whether all other documents are refused. Admins are exempt. */
  readonly onlyTrusted?: boolean | undefined;
  /** Whether clients may register documents by their hash; true by default. */
  readonly register?: boolean | undefined;
}

/**
 * Replaces the id of a document by its text, before anything else looks at the operation. The id is `documentId`
 * of GraphQL over HTTP or `extensions.persistedQuery` of Apollo. An operation with both an id and a text
 * registers the document, once it is validated.
 */
export function useDocumentIds(settings: DocumentSettings, limits: Limits): OperationPlugin {
  const documents = new Documents(settings, limits);
  const toRegister = new WeakMap<OperationContext, readonly [id: string, text: string]>();
  const register = ({ context }: { readonly context: OperationContext }): void => {
    const [id, text] = toRegister.get(context) ?? [];
    if (id !== undefined && text !== undefined) documents.register(id, text);
  };
  return {
    onParams: ({ params, setParams, context }) => {
      const id = idIn(params);
      const text = typeof params.query === 'string' && params.query !== '' ? params.query : undefined;
      const admin = context.caller.admin === 'yes';
      if (id === undefined) {
        if (text !== undefined) documents.check(text, admin);
        return;
      }
      // Yoga refuses parameters that it does not know.
      const { documentId, ...others }: Params = params;
      const query = text ?? documents.find(id, documentId === undefined);
      if (text !== undefined) {
        documents.checkMatch(id, text);
        toRegister.set(context, [id, text]);
      }
      documents.check(query, admin);
      setParams({ ...others, query });
    },
    // Both run after validation.
    onExecute: ({ context }) => register({ context }),
    onSubscribe: ({ context }) => register({ context }),
  };
}

/** What a registered document takes in memory apart from its text, in characters. */
const OVERHEAD = 200;

class Documents {
  readonly #trusted: TrustedDocuments;
  readonly #onlyTrusted: boolean;
  /** By id. Undefined if clients may register none. */
  readonly #registered: LRUCache<string, string> | undefined;

  constructor(
    { trusted, onlyTrusted = false, register = true }: DocumentSettings,
    { maxRegisteredCharacters }: Limits,
  ) {
    this.#trusted = trusted ?? new TrustedDocuments();
    this.#onlyTrusted = onlyTrusted;
    if (register && !onlyTrusted)
      this.#registered = new LRUCache({
        maxSize: maxRegisteredCharacters,
        sizeCalculation: (text) => text.length + OVERHEAD,
      });
  }

  /** The document with this id. Throws the error after which a client sends the text. */
  find(id: string, asApollo: boolean): string {
    const text = this.#trusted.find(id) ?? this.#registered?.get(id);
    if (text !== undefined) return text;
    // Apollo's and urql's clients look at the message. After this one, they no longer send hashes at all, so
    // it is only for servers that could not know any.
    if (asApollo && this.#registered === undefined && this.#trusted.size === 0)
      throw requestError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    throw requestError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
  }

  /** Throws if the server does not run this document. */
  check(text: string, admin: boolean): void {
    if (!this.#onlyTrusted || admin || this.#trusted.has(text)) return;
    throw requestError(
      'FORBIDDEN',
      'query: expected a trusted document; this server runs no others, unless the admin token is sent',
    );
  }

  /** Throws if this is not the id of this document. */
  checkMatch(id: string, text: string): void {
    if (id === sha256Id(text) || this.#trusted.find(id) === text) return;
    throw requestError('BAD_REQUEST', `query: expected the document with the id ${id}, got another one`);
  }

  register(id: string, text: string): void {
    if (this.#trusted.find(id) === undefined) this.#registered?.set(id, text);
  }
}

type Params = GraphQLParams & { readonly documentId?: unknown };

/** The id of the document of an operation. Throws a GraphQLError if it is malformed. */
function idIn({ documentId, extensions }: Params): string | undefined {
  if (documentId !== undefined && documentId !== null)
    return readId(documentId, 'documentId: expected an id, such as sha256: and 64 hexadecimal digits');
  const persisted: unknown = extensions?.['persistedQuery'];
  if (persisted === undefined || persisted === null) return undefined;
  const { version, sha256Hash } = persisted as { version?: unknown; sha256Hash?: unknown };
  const expected =
    'extensions.persistedQuery: expected {"version": 1, "sha256Hash": "64 hexadecimal digits"}';
  if (version !== 1) throw badRequest(expected);
  return readId(sha256Hash, expected);
}

function readId(id: unknown, expected: string): string {
  if (typeof id !== 'string' || !isDocumentId(id)) throw badRequest(expected);
  return canonicalId(id);
}

function badRequest(message: string): GraphQLError {
  return requestError('BAD_REQUEST', message);
}
