/** A client's connection, as far as the listener that accepted it is concerned: it ends itself, or is made to. */
export interface OpenConnection {
  /** Takes no more requests, and ends once those under way have. */
  drain(): void;
  /** Ends it at once. */
  destroy(): void;
}
