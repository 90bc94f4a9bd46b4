import {
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type SelectionSetNode,
} from 'graphql';
import type { Limits } from '../limits/limits.ts';
import { requestError } from './failures.ts';

/**
 * The error of a document that exceeds a limit on its shape; undefined if it is within all of them. Needs no
 * schema, so that it can run before validation, whose cost the limits bound. Takes time in proportion to the
 * document.
 */
export function shapeError(document: DocumentNode, limits: Limits): GraphQLError | undefined {
  let aliases = 0;
  let directives = 0;
  visit(document, {
    Field: ({ alias }) => {
      if (alias !== undefined) aliases += 1;
    },
    Directive: () => {
      directives += 1;
    },
  });
  const { depth, broadest } = extentOf(document);
  return (
    exceeded('aliases', aliases, limits.maxAliases) ??
    exceeded('directives', directives, limits.maxDirectives) ??
    exceeded('levels of fields', depth, limits.maxDepth) ??
    exceeded('fields in a selection', broadest, limits.maxBreadth)
  );
}

function exceeded(what: string, found: number, most: number): GraphQLError | undefined {
  if (found <= most) return undefined;
  // Fragments that spread one another can make numbers of hundreds of digits.
  const got = found > 1e9 ? 'more than 1000000000' : String(found);
  return requestError('BAD_REQUEST', `query: expected at most ${most} ${what}, got ${got}`);
}

/** The extent of a selection with its fragments written out. A fragment counts once where it is spread twice. */
interface Extent {
  /** Levels of fields. */
  readonly depth: number;
  /** Fields of the selection itself. */
  readonly breadth: number;
  /** The largest breadth of the selection and of all selections below it. */
  readonly broadest: number;
}

const NOTHING: Extent = { depth: 0, breadth: 0, broadest: 0 };

/** The largest extent of the operations of a document. Each fragment is measured once. */
function extentOf(document: DocumentNode): Extent {
  const extents = new Extents(document);
  return document.definitions
    .filter((each) => each.kind === Kind.OPERATION_DEFINITION)
    .map(({ selectionSet }) => extents.of(selectionSet))
    .reduce(besides, NOTHING);
}

class Extents {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  /** By the names of fragments. */
  readonly #known = new Map<string, Extent>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
  }

  of({ selections }: SelectionSetNode): Extent {
    const spread = new Set<string>();
    const parts = selections.map((selection): Extent => {
      if (selection.kind === Kind.FIELD) return this.#field(selection);
      if (selection.kind === Kind.INLINE_FRAGMENT) return this.of(selection.selectionSet);
      const name = selection.name.value;
      if (spread.has(name)) return NOTHING;
      spread.add(name);
      return this.#fragment(name);
    });
    const { depth, breadth, broadest } = parts.reduce(besides, NOTHING);
    return { depth, breadth, broadest: Math.max(broadest, breadth) };
  }

  #field({ selectionSet }: FieldNode): Extent {
    const { depth, broadest } = selectionSet === undefined ? NOTHING : this.of(selectionSet);
    return { depth: depth + 1, breadth: 1, broadest };
  }

  #fragment(name: string): Extent {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    // A fragment that spreads itself is nothing there: validation refuses it.
    this.#known.set(name, NOTHING);
    const fragment = this.#fragments.get(name);
    const extent = fragment === undefined ? NOTHING : this.of(fragment.selectionSet);
    this.#known.set(name, extent);
    return extent;
  }
}

/** The extent of two parts of a selection together. */
function besides(one: Extent, other: Extent): Extent {
  return {
    depth: Math.max(one.depth, other.depth),
    breadth: one.breadth + other.breadth,
    broadest: Math.max(one.broadest, other.broadest),
  };
}
