/**
 * The database cannot be used as requested. The message is one line that says why; it contains no password.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}
