import {
  coerceInputValue,
  getNamedType,
  getOperationAST,
  GraphQLError,
  isInputType,
  isScalarType,
  Kind,
  typeFromAST,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  type ValidationRule,
  type VariableDefinitionNode,
} from 'graphql';
import type { ErrorCode } from '../errors/catalogue.ts';

// graphql-js reports wrong literals when it validates, and wrong variables when it executes. In neither case
// does it say to which argument the value belongs. Here both errors get the path to the argument, like any
// other wrong argument.

/** Validates a document. A literal that its scalar rejects becomes BAD_USER_INPUT with its `argument`. */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules?: readonly ValidationRule[],
): readonly GraphQLError[] {
  const errors = validate(schema, document, rules);
  const byNode = new Map(errors.flatMap((error) => error.nodes?.map((node) => [node, error] as const) ?? []));
  if (byNode.size === 0) return errors;
  const placed = new Map<GraphQLError, GraphQLError>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      enter: (...[node, , parent, path, ancestors]) => {
        const error = byNode.get(node);
        if (error === undefined || !node.kind.endsWith('Value')) return;
        if (isScalarType(getNamedType(types.getInputType())))
          placed.set(error, wrongLiteral(error, argumentOf(path, [...ancestors, parent])));
      },
    }),
  );
  return errors.map((error) => placed.get(error) ?? error);
}

const BAD_USER_INPUT: ErrorCode = 'BAD_USER_INPUT';

function wrongLiteral(error: GraphQLError, argument: readonly string[]): GraphQLError {
  return new GraphQLError(`${argument.join('.')}: ${error.message}`, {
    nodes: error.nodes ?? null,
    originalError: error.originalError ?? null,
    extensions: { ...error.extensions, code: BAD_USER_INPUT, argument },
  });
}

/** Adds to errors about variables the path to the argument in which the variable is first used. */
export function placeVariables(
  args: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>,
  errors: readonly GraphQLError[],
): readonly GraphQLError[] {
  const paths = new Map<VariableDefinitionNode, string[][]>();
  let uses: ReadonlyMap<string, readonly string[]> | undefined;
  return errors.map((error) => {
    const definition = error.nodes?.[0];
    if (definition?.kind !== Kind.VARIABLE_DEFINITION || error.path !== undefined) return error;
    const name = definition.variable.name.value;
    const inner = paths.get(definition) ?? wrongPaths(definition, args);
    paths.set(definition, inner);
    uses ??= argumentsOfVariables(args);
    const argument = [...(uses.get(name) ?? [`$${name}`]), ...(inner.shift() ?? [])];
    const { message, nodes, originalError, extensions } = error;
    return new GraphQLError(message, {
      nodes: nodes ?? null,
      originalError: originalError ?? null,
      extensions: { ...extensions, argument },
    });
  });
}

/** The paths to the mistakes in a variable, in the order of graphql-js's errors. Empty if it is missing. */
function wrongPaths(
  { variable, type }: VariableDefinitionNode,
  { schema, variableValues }: Pick<ExecutionArgs, 'schema' | 'variableValues'>,
): string[][] {
  const found: string[][] = [];
  const inputType = typeFromAST(schema, type);
  const value = variableValues?.[variable.name.value];
  if (isInputType(inputType) && value !== undefined && value !== null)
    coerceInputValue(value, inputType, (path) => found.push(path.map(String)));
  return found;
}

/** The argument that each variable of an operation is first used in, by the variable's name. */
function argumentsOfVariables({
  document,
  operationName,
}: Pick<ExecutionArgs, 'document' | 'operationName'>): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, readonly string[]>();
  const operation = getOperationAST(document, operationName);
  visit(document, {
    OperationDefinition: (node) => (node === operation ? undefined : false),
    VariableDefinition: () => false,
    Variable: (...[{ name }, , parent, path, ancestors]) => {
      if (!uses.has(name.value)) uses.set(name.value, argumentOf(path, [...ancestors, parent]));
    },
  });
  return uses;
}

type Ancestor = ASTNode | readonly ASTNode[] | undefined;

/**
 * The path to a value through the arguments of its field, such as `["filter", "and", "0", "digestDates",
 * "from"]`. `ancestors` are the nodes and arrays around the value, outermost first; `path` has the key that
 * leads from each to the next.
 */
function argumentOf(path: readonly (string | number)[], ancestors: readonly Ancestor[]): string[] {
  let names: string[] = [];
  let list = false;
  for (const [index, ancestor] of ancestors.entries()) {
    if (ancestor === undefined) continue;
    if (!('kind' in ancestor)) {
      if (list) names.push(String(path[index]));
      continue;
    }
    list = ancestor.kind === Kind.LIST;
    if (ancestor.kind === Kind.ARGUMENT) names = [ancestor.name.value];
    else if (ancestor.kind === Kind.VARIABLE_DEFINITION) names = [`$${ancestor.variable.name.value}`];
    else if (ancestor.kind === Kind.OBJECT_FIELD) names.push(ancestor.name.value);
  }
  return names;
}
