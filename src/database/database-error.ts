/** The database cannot be used as asked; the message is one line, says why, and holds no password. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}
