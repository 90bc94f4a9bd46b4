import { parse, type DocumentNode } from 'graphql';
import { expectTypeOf, test } from 'vitest';
import { subscribe } from '../../src/client/subscribe.ts';

// Copied from the output of codegen (client preset, documentMode string), which a user's project contains.
interface DocumentTypeDecoration<Result, Variables> {
  __apiType?: (variables: Variables) => Result;
}
interface TypedDocumentNode<Result, Variables>
  extends DocumentNode, DocumentTypeDecoration<Result, Variables> {}
class TypedDocumentString<Result, Variables>
  extends String
  implements DocumentTypeDecoration<Result, Variables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<Result, Variables>['__apiType']>;
  private readonly value: string;
  public __meta__?: Record<string, unknown> | undefined;

  constructor(value: string) {
    super(value);
    this.value = value;
  }

  override toString(): string & DocumentTypeDecoration<Result, Variables> {
    return this.value;
  }
}

interface Papers {
  __typename?: 'Subscription';
  paperIngested: { cursor: string; events: { paper: { title: string } }[] };
}
type PapersVariables = { after?: string | null | undefined; first: number };

const TEXT = 'subscription($after: FeedCursor) { paperIngested(after: $after) { cursor } }';
const URL = 'http://127.0.0.1:9/graphql';

test('a generated document determines the types of its data and variables', () => {
  const node = parse(TEXT) as TypedDocumentNode<Papers, PapersVariables>;
  const text = new TypedDocumentString<Papers, PapersVariables>(TEXT);
  for (const stream of [
    subscribe(URL, node, { first: 5 }),
    subscribe(URL, node, { first: 5, after: null }),
    subscribe(URL, text, { first: 5 }),
  ])
    expectTypeOf(stream).toEqualTypeOf<AsyncIterableIterator<Papers>>();
  // @ts-expect-error -- variables that the document does not have
  subscribe(URL, node, { last: 5 });
  // @ts-expect-error -- variables of other types
  subscribe(URL, text, { first: '5' });
});

test('any other document has data of unknown type, or of the type parameter', () => {
  expectTypeOf(subscribe(URL, TEXT, { after: 'x' })).toEqualTypeOf<
    AsyncIterableIterator<Readonly<Record<string, unknown>>>
  >();
  expectTypeOf(subscribe(URL, parse(TEXT))).toEqualTypeOf<
    AsyncIterableIterator<Readonly<Record<string, unknown>>>
  >();
  expectTypeOf(subscribe<Papers>(URL, TEXT)).toEqualTypeOf<AsyncIterableIterator<Papers>>();
});
