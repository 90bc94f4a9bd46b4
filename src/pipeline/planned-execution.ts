import {
  execute,
  getOperationAST,
  getVariableValues,
  Kind,
  OperationTypeNode,
  isObjectType,
  visit,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { OperationPlan, type PlannedDocument, type Values } from './operation-plan.ts';
import { unlessAborted } from '../time/deadline.ts';
import { runPlan, type RunBounds } from './run-plan.ts';

/**
 * Characters of a document for each field that its plans may have. Fragments can make a short document select
 * exponentially many fields; the limit keeps plans in proportion to the documents, whose cache is bounded. A
 * field takes about half a kilobyte, so that all plans together take 150 MB at the very most.
 */
const CHARACTERS_PER_FIELD = 2;

/**
 * Executes an operation. A query that can be planned is executed by a plan, which all executions of the
 * document share; all else by graphql-js. The result is the same, apart from errors below a place that
 * another error has nulled: graphql-js lists some of them, depending on which comes first.
 */
export async function executePlanned(
  args: ExecutionArgs,
  bounds: RunBounds = UNBOUNDED,
): Promise<ExecutionResult> {
  const planned = plannedOperation(args);
  if (planned === undefined) return await executeInFull(args, bounds);
  const { errors, coerced } = getVariableValues(
    args.schema,
    planned.document.operation.variableDefinitions ?? [],
    args.variableValues ?? {},
    // As graphql-js.
    { maxErrors: 50 },
  );
  if (errors !== undefined) return { errors };
  const plan = planned.planFor(coerced);
  if (plan === undefined) return await executeInFull(args, bounds);
  const { rootValue, contextValue } = args;
  return await runPlan(plan, { rootValue, contextValue, variableValues: coerced }, bounds);
}

const UNBOUNDED: RunBounds = { maxAnswerCharacters: Infinity };

/**
 * graphql-js knows no bounds. What it executes cannot be large: mutations, and documents whose price is within the
 * budget although they select more fields than their length suggests. Its work goes on after the signal.
 */
async function executeInFull(args: ExecutionArgs, { signal }: RunBounds): Promise<ExecutionResult> {
  const run = async (): Promise<ExecutionResult> => await execute(args);
  return await unlessAborted(signal, run, ({ reason }) => reason as Error);
}

// Plans live as long as their document, which the pipeline's cache keeps.
const documents = new WeakMap<DocumentNode, Map<OperationDefinitionNode, PlannedOperation | undefined>>();

/** Undefined if the operation cannot be planned. */
function plannedOperation(args: ExecutionArgs): PlannedOperation | undefined {
  const { schema, document, operationName, fieldResolver, typeResolver } = args;
  const operation = getOperationAST(document, operationName);
  if (!operation || fieldResolver || typeResolver) return undefined;
  const operations = documents.get(document) ?? new Map<OperationDefinitionNode, undefined>();
  documents.set(document, operations);
  if (!operations.has(operation)) operations.set(operation, planOperation(schema, document, operation));
  const planned = operations.get(operation);
  return planned?.document.schema === schema ? planned : undefined;
}

function planOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): PlannedOperation | undefined {
  const rootType = schema.getRootType(operation.operation);
  const switches = switchesOf(document);
  // The fields of a mutation are executed one after another.
  if (!rootType || !switches || operation.operation === OperationTypeNode.MUTATION || checksTypes(schema))
    return undefined;
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  // A document may have other operations, with variables of their own.
  const own = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  return new PlannedOperation({ schema, operation, fragments }, rootType, {
    switches: own.filter((name) => switches.has(name)),
    mostFields: (document.loc?.end ?? 0) / CHARACTERS_PER_FIELD,
  });
}

/** The variables of `@skip` and `@include`. Undefined if an alias would set the prototype of its object. */
function switchesOf(document: DocumentNode): ReadonlySet<string> | undefined {
  const switches = new Set<string>();
  let isSafe = true;
  visit(document, {
    Field: ({ alias }) => {
      if (alias?.value === '__proto__') isSafe = false;
    },
    Directive: ({ name, arguments: given = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) switches.add(value.name.value);
    },
  });
  return isSafe ? switches : undefined;
}

const checking = new WeakMap<GraphQLSchema, boolean>();

/** Whether an object type of the schema checks its values (`isTypeOf`). */
function checksTypes(schema: GraphQLSchema): boolean {
  const types = Object.values(schema.getTypeMap());
  const checks = checking.get(schema) ?? types.some((type) => isObjectType(type) && type.isTypeOf);
  checking.set(schema, checks);
  return checks;
}

interface PlanLimits {
  /** The variables of `@skip` and `@include`. */
  readonly switches: readonly string[];
  readonly mostFields: number;
}

/** The plans of an operation: one for each combination of values of the variables of `@skip` and `@include`. */
class PlannedOperation {
  readonly document: PlannedDocument;
  readonly #rootType: GraphQLObjectType;
  readonly #switches: readonly string[];
  readonly #plans = new Map<string, OperationPlan>();
  /** Number of fields that the plans may still collect. */
  #left: number;

  constructor(document: PlannedDocument, rootType: GraphQLObjectType, { switches, mostFields }: PlanLimits) {
    this.document = document;
    this.#rootType = rootType;
    this.#switches = switches;
    this.#left = mostFields;
  }

  /** Undefined if the plans are too large, or if graphql-js has to report a wrong value of `if`. */
  planFor(variableValues: Values): OperationPlan | undefined {
    if (this.#left < 0) return undefined;
    const entries = this.#switches.map((name) => [name, variableValues[name]] as const);
    if (!entries.every(([, value]) => typeof value === 'boolean')) return undefined;
    const key = entries.join();
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan = new OperationPlan(this.document, this.#rootType, {
      switches: Object.fromEntries(entries),
      onField: () => this.#grow(),
    });
    this.#plans.set(key, plan);
    return plan;
  }

  /** Executions that have begun keep their plan until they end. */
  #grow(): void {
    this.#left -= 1;
    if (this.#left < 0) this.#plans.clear();
  }
}
