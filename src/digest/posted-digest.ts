/** A digest that a client of the API posts. */
export interface PostedDigest {
  /** Exactly one of the two: the digest itself, or the http(s) URL to fetch it from. */
  readonly document: { readonly text?: string | null | undefined; readonly url?: string | null | undefined };
  readonly source: string;
  readonly fileName?: string | null | undefined;
  /** YYYY-MM-DD */
  readonly date?: string | null | undefined;
  /** BCP 47 */
  readonly language?: string | null | undefined;
  /** Refuse the whole digest if one of its entries is rejected. */
  readonly strict: boolean;
}
