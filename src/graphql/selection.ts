import { getDirectiveValues, GraphQLIncludeDirective, GraphQLSkipDirective, Kind } from 'graphql';
import type { GraphQLResolveInfo, SelectionNode } from 'graphql';

/** Tells whether the field at hand is asked for any of the named fields, also through fragments. */
export function selects(info: GraphQLResolveInfo, ...names: readonly string[]): boolean {
  return info.fieldNodes.some((node) => holds(node.selectionSet?.selections ?? [], names, info));
}

function holds(
  selections: readonly SelectionNode[],
  names: readonly string[],
  info: GraphQLResolveInfo,
): boolean {
  return selections.some((selection) => {
    if (!isIncluded(selection, info)) return false;
    if (selection.kind === Kind.FIELD) return names.includes(selection.name.value);
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
    return holds(fragment?.selectionSet.selections ?? [], names, info);
  });
}

function isIncluded(selection: SelectionNode, { variableValues }: GraphQLResolveInfo): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] !== false;
}
