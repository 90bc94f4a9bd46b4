import type { GraphQLResolveInfo } from 'graphql';
import type { FieldPlan, OperationPlan, Values } from './operation-plan.ts';

/** What an execution is given beside its plan. Variables are coerced. */
export interface RunValues {
  readonly rootValue: unknown;
  readonly contextValue: unknown;
  readonly variableValues: Values;
}

/** What resolvers of a field are told about it. All objects with the field share it within an execution. */
export class FieldInfo implements GraphQLResolveInfo {
  readonly fieldName: string;
  readonly fieldNodes: GraphQLResolveInfo['fieldNodes'];
  readonly returnType: GraphQLResolveInfo['returnType'];
  readonly parentType: GraphQLResolveInfo['parentType'];
  readonly schema: GraphQLResolveInfo['schema'];
  readonly fragments: GraphQLResolveInfo['fragments'];
  readonly rootValue: unknown;
  readonly operation: GraphQLResolveInfo['operation'];
  readonly variableValues: Values;

  constructor({ document }: OperationPlan, values: RunValues, field: FieldPlan) {
    this.fieldName = field.definition.name;
    this.fieldNodes = field.nodes;
    this.returnType = field.definition.type;
    this.parentType = field.parentType;
    this.schema = document.schema;
    this.fragments = document.fragments;
    this.rootValue = values.rootValue;
    this.operation = document.operation;
    this.variableValues = values.variableValues;
  }

  /** Each object with the field has another path. No resolver asks for it. */
  get path(): never {
    throw new Error('the path of a field is not known to its resolver');
  }
}
