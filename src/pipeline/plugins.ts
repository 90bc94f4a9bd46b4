import { getOperationAST, GraphQLError, Kind, type DocumentNode, type ExecutionArgs } from 'graphql';
import type { CreateContext } from '../graphql/context.ts';
import type { Limits } from '../limits/limits.ts';
import { shapeError } from './document-shape.ts';
import { documentHash } from './document-hash.ts';
import { executeOperation } from './execute.ts';
import { requestError, setCode } from './failures.ts';
import { validateDocument } from './input-places.ts';
import { resolverContextOf, type OperationPlugin } from './operation-context.ts';

/** Sets the code of syntax errors, checks the shape of documents, and finds the operation to run. */
export function useParsedOperation(limits: Limits): OperationPlugin {
  // As long as the pipeline's cache keeps the documents.
  const checked = new WeakMap<DocumentNode, GraphQLError | undefined>();
  const checkShape = (document: DocumentNode): void => {
    if (!checked.has(document)) checked.set(document, shapeError(document, limits));
    const error = checked.get(document);
    if (error !== undefined) throw error;
  };
  return {
    // Throws an error instead of replacing the result, which would be cached for all operations of the
    // document.
    onParse:
      ({ context, extendContext }) =>
      ({ result }) => {
        if (result instanceof GraphQLError) setCode(result, 'GRAPHQL_PARSE_FAILED');
        if (!isDocument(result)) return;
        checkShape(result);
        const operation = getOperationAST(result, context.params.operationName);
        if (!operation)
          throw requestError(
            'OPERATION_RESOLUTION_FAILURE',
            "operationName: expected the name of one of the document's operations",
          );
        const hash = documentHash(result, context.params.query ?? '');
        extendContext({ operation: { type: operation.operation, name: operation.name?.value, hash } });
      },
  };
}

function isDocument(result: unknown): result is DocumentNode {
  return typeof result === 'object' && result !== null && 'kind' in result && result.kind === Kind.DOCUMENT;
}

/** Validates, sets the codes of errors, and adds the path to the argument to errors about literals. */
export function usePlacedValidation(): OperationPlugin {
  return {
    onValidate: ({ setValidationFn }) =>
      setValidationFn((...args: Parameters<typeof validateDocument>) => {
        const errors = validateDocument(...args);
        for (const error of errors)
          if (error.extensions['code'] === undefined) setCode(error, 'GRAPHQL_VALIDATION_FAILED');
        return errors;
      }),
  };
}

/** Makes the context of resolvers, unless the transport has made it already. Each operation has its own. */
export function useResolverContext(createContext: CreateContext): OperationPlugin {
  return {
    onContextBuilding: ({ context, extendContext }) =>
      extendContext({ resolverContext: context.resolverContext ?? createContext(context.caller) }),
  };
}

/** Executes with graphql-js: Yoga's own executor returns fields in the order in which they resolve. */
export function useReferenceExecutor({ maxAnswerCharacters, requestDeadlineMs }: Limits): OperationPlugin {
  return {
    onExecute: ({ context, extendContext, setExecuteFn }) => {
      extendContext({ executing: true });
      const { lifetime, operation } = context;
      const bounds = { maxAnswerCharacters, signal: lifetime?.signal };
      // Mutations have deadlines of their own.
      if (operation?.type === 'query') lifetime?.limit(requestDeadlineMs);
      setExecuteFn(async (args: ExecutionArgs) => {
        const contextValue = resolverContextOf(context);
        if (lifetime) contextValue.askFor?.({ client: context.client, signal: lifetime.signal });
        try {
          return await executeOperation({ ...args, contextValue }, bounds);
        } finally {
          lifetime?.end();
        }
      });
    },
    onSubscribe: ({ extendContext }) => extendContext({ executing: true }),
  };
}
