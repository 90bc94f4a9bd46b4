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

/** Tells whether the field at hand is asked for any of the named fields, also through fragments. */
export function selects(info: GraphQLResolveInfo, ...names: readonly string[]): boolean {
  return subfields(info).some(({ name }) => names.includes(name.value));
}

/** The fields asked of the field at hand, which gives an object of this type, with their arguments. */
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

function subfields(info: GraphQLResolveInfo): FieldNode[] {
  return info.fieldNodes.flatMap((node) => fieldsIn(node.selectionSet?.selections ?? [], info));
}

function fieldsIn(selections: readonly SelectionNode[], info: GraphQLResolveInfo): FieldNode[] {
  return selections.flatMap((selection) => {
    if (!isIncluded(selection, info)) return [];
    if (selection.kind === Kind.FIELD) return [selection];
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
    return fieldsIn(fragment?.selectionSet.selections ?? [], info);
  });
}

function isIncluded(selection: SelectionNode, { variableValues }: GraphQLResolveInfo): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] !== false;
}
