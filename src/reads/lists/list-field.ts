import type { FilterCounts } from '../filters/filter-counts.ts';
import type { CompileSearch } from '../filters/compile-search.ts';
import { andThen, type Maybe } from '../cache/maybe.ts';
import type { PaperRow } from './rows.ts';
import type { Store } from '../cache/store.ts';
import type { List } from '../paging/list-sql.ts';
import type { PageArgs } from '../paging/page-args.ts';
import type { CompiledList, Parent } from '../paging/read-page.ts';

/** A GraphQL field that returns a list whose rows have type `Row`. */
export interface ListField<Args, Row extends object> {
  /** Such as `Author.papers`: names statements, and is part of cursors. */
  readonly name: string;
  /** Compiles the list for these arguments. Throws, or rejects with, InputError for wrong arguments. */
  readonly list: (args: Args, tools: ListTools) => List | Promise<List>;
  /** Arguments other than `orderBy` that a cursor is bound to. */
  readonly cursorScope?: (args: Args) => unknown;
  /** Never set: only ties the type of the rows to the field. */
  readonly row?: Row;
}

/** What lists need beside their arguments. */
export interface ListTools {
  readonly compileSearch: CompileSearch;
  readonly counts: FilterCounts;
  readonly paperById: (id: number) => Maybe<PaperRow | null>;
}

/** Arguments of a list field: its own, `orderBy`, and those of its pages. */
export type ListArgs<Args> = Args & PageArgs & { readonly orderBy?: string | null | undefined };

/** A field's list under one parent; without a parent, the store's one list. */
export interface ListRequest<Args> {
  readonly parent?: Parent | undefined;
  readonly args: ListArgs<Args>;
}

/** Compiles a field's list for its arguments. Throws, or rejects with, InputError for wrong arguments. */
export type CompileList = <Args, Row extends object>(
  field: ListField<Args, Row>,
  args: ListArgs<Args>,
) => Maybe<CompiledList>;

/** Makes a compiler of lists. It compiles each list once. */
export function listCompiler({ cache }: Store, tools: ListTools): CompileList {
  return (field, args) => {
    const { name, cursorScope } = field;
    const key = JSON.stringify([name, args]);
    return cache.get(`list ${key}`, () =>
      andThen(field.list(args, tools), (list) => ({
        name,
        list,
        key,
        cursorScope: [args.orderBy, cursorScope?.(args)],
      })),
    );
  };
}
