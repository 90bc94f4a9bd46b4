/** GraphQL types that implement Node. */
export type NodeType =
  'Paper' | 'Author' | 'Category' | 'Source' | 'Digest' | 'DigestEntry' | 'Summary' | 'IngestRun';

/** The opaque id of a node: its type and its natural key. */
export function nodeId(type: NodeType, key: string): string {
  return Buffer.from(`${type}:${key}`).toString('base64url');
}

/** The type and key in an opaque id; undefined if `nodeId` did not make it. The type is not checked. */
export function parseNodeId(id: string): { readonly type: string; readonly key: string } | undefined {
  const text = Buffer.from(id, 'base64url').toString();
  const colon = text.indexOf(':');
  const canonical = Buffer.from(text).toString('base64url') === id;
  return colon > 0 && canonical ? { type: text.slice(0, colon), key: text.slice(colon + 1) } : undefined;
}

/** The natural key in an id of this type; undefined for any other text. */
export function nodeKey(type: NodeType, id: string): string | undefined {
  const parsed = parseNodeId(id);
  return parsed?.type === type ? parsed.key : undefined;
}
