import {
  defaultFieldResolver,
  getNullableType,
  GraphQLString,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  typeFromAST,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded } from '../graphql/selection.ts';

/** Coerced values, by the names of variables or arguments. */
export type Values = Readonly<Record<string, unknown>>;

/** A field of a selection: what graphql-js would work out anew for each object that has the field. */
export interface FieldPlan {
  /** The alias, or else the name. */
  readonly key: string;
  /** Position among all fields of the operation. */
  readonly index: number;
  /** All nodes with this key: fields that are selected repeatedly are merged. */
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly shape: Shape;
  /** The property of the parent that has the value, unless it is a method; undefined if a resolver returns it. */
  readonly property: string | undefined;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  /** What is selected below the field, by the type of the object there. */
  readonly selections: Map<GraphQLObjectType, readonly FieldPlan[]>;
}

/** What a value of a field, or an item of its list, becomes in the answer. */
export type Shape =
  | (ShapeOf<'leaf'> & { readonly type: GraphQLLeafType; readonly isString: boolean })
  | (ShapeOf<'list'> & { readonly item: Shape })
  | (ShapeOf<'object'> & { readonly type: GraphQLObjectType })
  | (ShapeOf<'abstract'> & { readonly type: GraphQLAbstractType });

interface ShapeOf<Name> {
  readonly kind: Name;
  readonly nonNull: boolean;
}

/** The parts of a document that a plan is made of. */
export interface PlannedDocument {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

interface PlanOptions {
  /** Has the variables of `@skip` and `@include`. */
  readonly switches: Values;
  /** Called for each field that is added to the plan. */
  readonly onField: () => void;
}

/**
 * The selections of an operation. Each is collected when an execution first gets there, by the rules of
 * graphql-js (CollectFields in the specification), and kept for all later objects and executions. A plan is
 * valid for one value of each variable of `@skip` and `@include`.
 */
export class OperationPlan {
  readonly document: PlannedDocument;
  readonly #rootType: GraphQLObjectType;
  readonly #options: PlanOptions;
  #fields = 0;
  #root: readonly FieldPlan[] | undefined;

  constructor(document: PlannedDocument, rootType: GraphQLObjectType, options: PlanOptions) {
    this.document = document;
    this.#rootType = rootType;
    this.#options = options;
  }

  /** The fields of the operation itself. */
  get root(): readonly FieldPlan[] {
    this.#root ??= this.#collect(this.#rootType, [this.document.operation]);
    return this.#root;
  }

  /** The fields below a field, for an object of this type. */
  below(field: FieldPlan, type: GraphQLObjectType): readonly FieldPlan[] {
    const known = field.selections.get(type);
    if (known !== undefined) return known;
    const fields = this.#collect(type, field.nodes);
    field.selections.set(type, fields);
    return fields;
  }

  #collect(
    type: GraphQLObjectType,
    parents: readonly { readonly selectionSet?: SelectionSetNode | undefined }[],
  ): readonly FieldPlan[] {
    const byKey = new Map<string, [FieldNode, ...FieldNode[]]>();
    const visited = new Set<string>();
    const visit = (selectionSet: SelectionSetNode | undefined): void => {
      for (const selection of selectionSet?.selections ?? []) {
        if (!isIncluded(selection, this.#options.switches)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          const nodes = byKey.get(key);
          if (nodes === undefined) byKey.set(key, [selection]);
          else nodes.push(selection);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          if (this.#applies(selection.typeCondition, type)) visit(selection.selectionSet);
        } else if (!visited.has(selection.name.value)) {
          visited.add(selection.name.value);
          const fragment = this.document.fragments[selection.name.value];
          if (this.#applies(fragment?.typeCondition, type)) visit(fragment?.selectionSet);
        }
      }
    };
    for (const parent of parents) visit(parent.selectionSet);
    return [...byKey].flatMap(([key, nodes]) => this.#plan(type, key, nodes) ?? []);
  }

  #applies(condition: NamedTypeNode | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined) return true;
    const { schema } = this.document;
    const wanted = typeFromAST(schema, condition);
    return wanted === type || (isAbstractType(wanted) && schema.isSubType(wanted, type));
  }

  #plan(
    parentType: GraphQLObjectType,
    key: string,
    nodes: readonly [FieldNode, ...FieldNode[]],
  ): FieldPlan | undefined {
    const definition = this.#definition(parentType, nodes[0].name.value);
    if (definition === undefined) return undefined;
    const resolve = definition.resolve ?? defaultFieldResolver;
    this.#fields += 1;
    this.#options.onField();
    return {
      key,
      index: this.#fields - 1,
      nodes,
      parentType,
      definition,
      shape: shapeOf(definition.type),
      property: resolve === defaultFieldResolver ? definition.name : undefined,
      resolve,
      selections: new Map(),
    };
  }

  #definition(type: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (type === this.document.schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return type.getFields()[name];
  }
}

function shapeOf(type: GraphQLOutputType): Shape {
  const nonNull = isNonNullType(type);
  const bare = getNullableType(type);
  if (isListType(bare)) return { kind: 'list', nonNull, item: shapeOf(bare.ofType) };
  if (isLeafType(bare)) return { kind: 'leaf', nonNull, type: bare, isString: bare === GraphQLString };
  if (isObjectType(bare)) return { kind: 'object', nonNull, type: bare };
  return { kind: 'abstract', nonNull, type: bare };
}
