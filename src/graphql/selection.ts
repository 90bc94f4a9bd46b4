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

/** Whether any of the named fields is selected below the field that is being resolved, fragments included. */
export function selects(info: GraphQLResolveInfo, ...names: readonly string[]): boolean {
  return subfields(info).some(({ name }) => names.includes(name.value));
}

/** The fields, with their arguments, that are selected below the field that is being resolved, whose type is `type`. */
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

// graphql-js makes one array of nodes for all objects of one execution that select the same.
const known = new WeakMap<readonly FieldNode[], readonly FieldNode[]>();

function subfields(info: GraphQLResolveInfo): readonly FieldNode[] {
  const { fieldNodes } = info;
  const collected = known.get(fieldNodes) ?? collect(info);
  known.set(fieldNodes, collected);
  return collected;
}

/** As graphql-js collects fields: each fragment once, so that fragments that spread others twice do not double the work. */
function collect(info: GraphQLResolveInfo): readonly FieldNode[] {
  const fields: FieldNode[] = [];
  const visited = new Set<string>();
  const visit = (selections: readonly SelectionNode[] = []): void => {
    for (const selection of selections) {
      if (!isIncluded(selection, info)) continue;
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

function isIncluded(selection: SelectionNode, { variableValues }: GraphQLResolveInfo): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] !== false;
}
