import {
  GraphQLError,
  isExecutableDefinitionNode,
  Kind,
  parse,
  print,
  Source,
  visit,
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { faultLine } from '../pipeline/trusted-documents.ts';
import { validateDocument } from '../pipeline/input-places.ts';

/** A mistake in a file. */
export interface Fault {
  /** The file, and the line where it is known. */
  readonly place: string;
  readonly message: string;
}

/** An operation with all fragments that it needs. */
interface Collected {
  readonly place: string;
  readonly text: string;
}

/** Files with operations and fragments. Each file may use the fragments of all. */
export class OperationFiles {
  readonly #operations: OperationDefinitionNode[] = [];
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #faults: Fault[] = [];

  /** Adds the definitions in a file. */
  add(file: string, text: string): void {
    let document: DocumentNode;
    try {
      document = parse(new Source(text, file));
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      this.#faults.push(faultOf(error, file));
      return;
    }
    for (const definition of document.definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) this.#operations.push(definition);
      else if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#addFragment(definition);
      else if (!isExecutableDefinitionNode(definition))
        this.#fault(definition, 'expected operations and fragments, got a definition of a schema');
    }
  }

  /** All operations, in the order of their files, and all faults. */
  collect(schema: GraphQLSchema): { operations: readonly Collected[]; faults: readonly Fault[] } {
    const faults = [...this.#faults];
    const operations = this.#operations.map((operation) => {
      const document = this.#documentOf(operation);
      for (const error of validateDocument(schema, document)) faults.push(faultOf(error, placeOf(operation)));
      return { place: placeOf(operation), text: print(document) };
    });
    // A fragment that several operations use is at fault once.
    const lines = new Map(faults.map((fault) => [`${fault.place} ${fault.message}`, fault]));
    return { operations, faults: [...lines.values()] };
  }

  #addFragment(fragment: FragmentDefinitionNode): void {
    const name = fragment.name.value;
    const other = this.#fragments.get(name);
    if (other === undefined) this.#fragments.set(name, fragment);
    else if (print(other) !== print(fragment))
      this.#fault(fragment, `another fragment "${name}" is in ${placeOf(other)}`);
  }

  #documentOf(operation: OperationDefinitionNode): DocumentNode {
    // A set iterates over what is added meanwhile, so this finds the fragments of fragments, too.
    const needed = new Set(spreadsIn(operation));
    const fragments: FragmentDefinitionNode[] = [];
    for (const name of needed) {
      const fragment = this.#fragments.get(name);
      if (fragment === undefined) continue;
      fragments.push(fragment);
      for (const inner of spreadsIn(fragment)) needed.add(inner);
    }
    return { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
  }

  #fault(node: ASTNode, message: string): void {
    this.#faults.push({ place: placeOf(node), message });
  }
}

function spreadsIn(definition: ASTNode): string[] {
  const names: string[] = [];
  visit(definition, { FragmentSpread: ({ name }) => void names.push(name.value) });
  return names;
}

/** The file and line of a definition. */
function placeOf({ loc }: ASTNode): string {
  return loc === undefined ? '' : `${loc.source.name}:${loc.startToken.line}`;
}

/** An error as a fault. It is in the file of its node: a fragment may be in another one than its operation. */
function faultOf(error: GraphQLError, otherwise: string): Fault {
  const file = error.source?.name ?? error.nodes?.[0]?.loc?.source.name;
  const [place] = error.locations ?? [];
  if (file === undefined || place === undefined) return { place: otherwise, message: faultLine(error) };
  return { place: `${file}:${place.line}`, message: error.message.replaceAll(/\s+/g, ' ') };
}
