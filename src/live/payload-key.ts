import { Kind, visit, type DocumentNode, type ExecutionArgs } from 'graphql';

type KeyArgs = Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'>;

/**
 * Key under which subscribers share one payload of a batch: the same document, and the same values of all
 * variables that affect the payload. Equal texts have the same document as long as the pipeline's cache holds
 * it.
 */
export function payloadKey({ document, operationName, variableValues }: KeyArgs): string {
  const { id, variables } = shapeOf(document);
  const values = Object.entries(variableValues ?? {})
    .filter(([name]) => variables.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${id} ${operationName ?? ''} ${values.length === 0 ? '' : JSON.stringify(values)}`;
}

interface Shape {
  readonly id: number;
  /** The variables that affect the payload. Those only in arguments of a root field select the batch. */
  readonly variables: ReadonlySet<string>;
}

const shapes = new WeakMap<DocumentNode, Shape>();
let documents = 0;

function shapeOf(document: DocumentNode): Shape {
  const known = shapes.get(document);
  if (known !== undefined) return known;
  const variables = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: (...[{ name }, , parent, , ancestors]) => {
      // graphql-js does not count the parent among the ancestors.
      const around = parent === undefined ? ancestors : [...ancestors, parent];
      const kinds = around.flatMap((node) => ('kind' in node ? [node.kind] : []));
      if (!isInRootArgument(kinds)) variables.add(name.value);
    },
  });
  const shape = { id: (documents += 1), variables };
  shapes.set(document, shape);
  return shape;
}

const ELSEWHERE = new Set<Kind>([Kind.DIRECTIVE, Kind.FRAGMENT_DEFINITION, Kind.INLINE_FRAGMENT]);

/** Whether a node with ancestors of these kinds is in an argument of the operation's root field. */
function isInRootArgument(kinds: readonly Kind[]): boolean {
  const fields = kinds.filter((kind) => kind === Kind.FIELD).length;
  return fields === 1 && kinds.includes(Kind.ARGUMENT) && !kinds.some((kind) => ELSEWHERE.has(kind));
}
