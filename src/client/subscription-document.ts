import {
  Kind,
  OperationTypeNode,
  parse,
  print,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** The types that a generated document carries; nothing exists at run time. */
interface Typed<Data, Variables> {
  readonly __apiType?: ((variables: Variables) => Data) | undefined;
}

/** A subscription as text, as a parsed document, or as codegen's `TypedDocumentString`. */
export type FeedDocument<Data, Variables> =
  | string
  | (DocumentNode & Typed<Data, Variables>)
  | (Pick<string, 'charAt' | 'toString'> & Typed<Data, Variables>);

/** A subscription to the feed that can be resumed. */
export interface FeedOperation {
  readonly query: string;
  readonly operationName: string | undefined;
  /** The key of the batches in `data`. */
  readonly key: string;
  /** The variable that takes the cursor to resume from. */
  readonly cursorVariable: string;
}

const FIELDS = new Set(['paperIngested', 'digestIngested']);

/**
 * Finds out how to resume a subscription. Throws TypeError if it cannot be resumed; the message says what is
 * missing. Throws GraphQLError for a syntax error.
 */
export function feedOperation(document: FeedDocument<never, never>): FeedOperation {
  const query = textOf(document);
  const operation = parse(query).definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const field = operation && feedField(operation);
  if (field === undefined) throw new TypeError('expected a subscription to paperIngested or digestIngested');
  const after = field.arguments?.find(({ name }) => name.value === 'after')?.value;
  if (after?.kind !== Kind.VARIABLE)
    throw new TypeError(
      `expected ${field.name.value}(after: $after, …): without a variable it cannot be resumed`,
    );
  if (!selectsCursor(field.selectionSet))
    throw new TypeError(`expected ${field.name.value} { cursor … }: without its cursor it cannot be resumed`);
  return {
    query,
    operationName: operation?.name?.value,
    key: field.alias?.value ?? field.name.value,
    cursorVariable: after.name.value,
  };
}

function textOf(document: FeedDocument<never, never>): string {
  return typeof document === 'object' && 'kind' in document ? print(document) : String(document);
}

function feedField({ operation, selectionSet }: OperationDefinitionNode): FieldNode | undefined {
  if (operation !== OperationTypeNode.SUBSCRIPTION) return undefined;
  return selectionSet.selections.find(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && FIELDS.has(selection.name.value),
  );
}

/** A fragment spread may contain the cursor; if it does not, the first batch shows it. */
function selectsCursor(selectionSet: SelectionSetNode | undefined): boolean {
  return (selectionSet?.selections ?? []).some((selection) =>
    selection.kind === Kind.FIELD ? selection.name.value === 'cursor' && selection.alias === undefined : true,
  );
}
