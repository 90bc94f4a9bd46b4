import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  isInterfaceType,
  isIntrospectionType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import {
  pagePrice,
  INTROSPECTION_PRICE,
  LEAF_PRICE,
  LIST_PRICE,
  OBJECT_PRICE,
  OPERATION_PRICE,
  PRICES,
  type FieldPrice,
} from '../graphql/prices.ts';
import { isIncluded } from '../graphql/selection.ts';

/**
 * The price of a selection for `n` objects with lists of `size` items: `once + n × (each + size × item + facets ×
 * counting + totals × total)`. As it is linear in the objects, the price of a fragment is the same sum wherever it is spread.
 */
interface SelectionPrice {
  once: number;
  each: number;
  /** Of a page's selection: for each item of the page. */
  item: number;
  /** Of a page's selection: the shares of the facets that are selected. */
  facets: number;
  /** Of a page's selection: how often its total is selected. */
  totals: number;
}

/** An operation that is valid, with its coerced variables. */
interface Priced {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * The most that an operation can cost, in whole points. Takes time in proportion to the document. A wrong
 * argument is free: its field fails.
 */
export function priceOf(priced: Priced): number {
  const type = priced.schema.getRootType(priced.operation.operation);
  if (!type) return 0;
  const { once, each } = new Pricing(priced).selection(type, priced.operation.selectionSet);
  return Math.ceil(OPERATION_PRICE + once + each);
}

class Pricing {
  readonly #priced: Priced;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #known = new Map<string, SelectionPrice>();

  constructor(priced: Priced) {
    this.#priced = priced;
    for (const definition of priced.document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
  }

  selection(type: GraphQLNamedType | undefined, { selections }: SelectionSetNode): SelectionPrice {
    const sum: SelectionPrice = nothing();
    const spread = new Set<string>();
    for (const selection of selections) {
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) this.#addField(sum, type, selection);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        // Execution merges what is spread twice.
        if (!spread.has(selection.name.value)) add(sum, this.#fragment(selection.name.value));
        spread.add(selection.name.value);
      } else add(sum, this.selection(this.#typeOf(selection.typeCondition, type), selection.selectionSet));
    }
    return sum;
  }

  #isIncluded(selection: SelectionNode): boolean {
    try {
      return isIncluded(selection, this.#priced.variables);
    } catch {
      // A variable with a default may be null. Execution reports that.
      return true;
    }
  }

  #typeOf(condition: { name: { value: string } } | undefined, type: GraphQLNamedType | undefined) {
    return condition === undefined ? type : this.#priced.schema.getType(condition.name.value);
  }

  #fragment(name: string): SelectionPrice {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return nothing();
    const price = this.selection(this.#typeOf(fragment.typeCondition, undefined), fragment.selectionSet);
    this.#known.set(name, price);
    return price;
  }

  #addField(sum: SelectionPrice, type: GraphQLNamedType | undefined, node: FieldNode): void {
    const field = this.#fieldOf(type, node.name.value);
    if (type === undefined || field === undefined) return;
    const { once, each, share = 0, ...list } = this.#priceOf(type, field, node);
    const named = getNamedType(field.type);
    const below = node.selectionSet ? this.selection(named, node.selectionSet) : nothing();
    sum.once += once + below.once;
    if (isItems(type, field)) sum.item += OBJECT_PRICE.each + below.each;
    else sum.each += each + (isPage(named) ? pageOf(below, list) : list.size * below.each);
    if (isPage(type) && field.name === 'totalCount') sum.totals += 1;
    sum.facets += share + (isPage(named) ? 0 : below.facets);
  }

  #fieldOf(type: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (type === this.#priced.schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  }

  #priceOf(type: GraphQLNamedType, field: GraphQLField<unknown, unknown>, node: FieldNode): FieldPrice {
    const args = this.#argsOf(field, node);
    const own = PRICES[`${type.name}.${field.name}`]?.(args);
    return { ...usualPrice(type, field, args), ...own };
  }

  #argsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Record<string, unknown> {
    if (field.args.length === 0) return {};
    try {
      return getArgumentValues(field, node, this.#priced.variables);
    } catch {
      // Execution reports the wrong argument.
      return {};
    }
  }
}

/** Fields of a page that return its items. */
const ITEMS: ReadonlySet<string> = new Set(['nodes', 'edges', 'events']);

/** Whether the objects of a type are pages, of a list or of the feed. The arguments of a field that returns one say its size. */
function isPage({ name }: GraphQLNamedType): boolean {
  return name.endsWith('Connection') || name.endsWith('Batch');
}

/** Whether a field of a page returns its items. */
function isItems(type: GraphQLNamedType, { name }: GraphQLField<unknown, unknown>): boolean {
  return isPage(type) && ITEMS.has(name);
}

function nothing(): SelectionPrice {
  return { once: 0, each: 0, item: 0, facets: 0, totals: 0 };
}

/** What a page of this size costs by what is selected of it. */
function pageOf(
  { each, item, facets, totals }: SelectionPrice,
  { size, counting = 0, total = 0 }: Pick<FieldPrice, 'size' | 'counting' | 'total'>,
): number {
  return each + size * item + counting * facets + total * totals;
}

function add(sum: SelectionPrice, { once, each, item, facets, totals }: SelectionPrice): void {
  sum.once += once;
  sum.each += each;
  sum.item += item;
  sum.facets += facets;
  sum.totals += totals;
}

function usualPrice(
  parent: GraphQLNamedType,
  { type }: GraphQLField<unknown, unknown>,
  args: Record<string, unknown>,
): FieldPrice {
  const named = getNamedType(type);
  const isList = isListType(getNullableType(type));
  if (isIntrospectionType(parent)) return { ...INTROSPECTION_PRICE, ...(!isList && { size: 1 }) };
  if (!isCompositeType(named)) return LEAF_PRICE;
  if (isPage(named)) return pagePrice(args);
  return isList ? LIST_PRICE : OBJECT_PRICE;
}
