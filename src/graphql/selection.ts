import {
  getArgumentValues,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type SelectionNode,
} from 'graphql';

/**
 * Whether the operation selects any of the named fields below the field being resolved, directly or in
 * fragments.
 */
export function selects(info: GraphQLResolveInfo, ...names: readonly string[]): boolean {
  return subfields(info).some(({ name }) => names.includes(name.value));
}

/**
 * The fields that the operation selects below the field being resolved, with their arguments. `type` is
 * that field's type.
 */
export function selectedFields(
  info: GraphQLResolveInfo,
  type: GraphQLObjectType,
): { name: string; args: Record<string, unknown> }[] {
  const fields = type.getFields();
  return subfields(info).flatMap((node) => {
    const field = fields[node.name.value];
    return field === undefined
      ? []
      : [{ name: field.name, args: getArgumentValues(field, node, info.variableValues) }];
  });
}

// graphql-js passes the same array of nodes for every object of a list. Keyed by it, the selection of a
// nested field is collected once per execution instead of once per parent.
const known = new WeakMap<readonly FieldNode[], readonly FieldNode[]>();

function subfields(info: GraphQLResolveInfo): readonly FieldNode[] {
  const { fieldNodes } = info;
  const collected = known.get(fieldNodes) ?? collect(info);
  known.set(fieldNodes, collected);
  return collected;
}

/**
 * Collects fields as graphql-js does (CollectFields in the specification). Each fragment is visited once:
 * fragments that spread one another twice would otherwise cost time exponential in their number.
 */
function collect(info: GraphQLResolveInfo): readonly FieldNode[] {
  const fields: FieldNode[] = [];
  const visited = new Set<string>();
  const visit = (selections: readonly SelectionNode[] = []): void => {
    for (const selection of selections) {
      if (!isIncluded(selection, info.variableValues)) continue;
      if (selection.kind === Kind.FIELD) fields.push(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet.selections);
      else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        visit(info.fragments[selection.name.value]?.selectionSet.selections);
      }
    }
  };
  for (const node of info.fieldNodes) visit(node.selectionSet?.selections);
  return fields;
}

/** Whether `@skip` and `@include` keep the selection, for these values of their variables. */
export function isIncluded(
  selection: SelectionNode,
  variableValues: Readonly<Record<string, unknown>>,
): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] !== false;
}
