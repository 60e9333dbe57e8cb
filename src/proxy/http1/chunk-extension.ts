import { BACKSLASH, DOUBLE_QUOTE, EQUALS, SEMICOLON, TEXT_BYTE, TOKEN_BYTE } from './field-syntax.js';

type State = 'name_start' | 'name' | 'value_start' | 'value' | 'quoted' | 'escaped' | 'quoted_end' | 'wrong';

/**
 * Checks chunk extensions (RFC 9112 7.1.1), whose content nobody needs: `;name`, `;name=token`, `;name="quoted"`.
 * The blanks which the RFC lets an extension have for old senders are refused, as Node refuses them.
 */
export class ChunkExtension {
  #state: State = 'name_start';

  /** Whether an extension may end here. */
  get complete(): boolean {
    return this.#state === 'name' || this.#state === 'value' || this.#state === 'quoted_end';
  }

  /** Begins behind the first semicolon of a chunk's line. */
  begin(): void {
    this.#state = 'name_start';
  }

  /** Returns false when the byte cannot be there. */
  read(byte: number): boolean {
    this.#state = this.#after(byte);
    return this.#state !== 'wrong';
  }

  #after(byte: number): State {
    switch (this.#state) {
      case 'quoted':
        if (byte === DOUBLE_QUOTE) return 'quoted_end';
        if (byte === BACKSLASH) return 'escaped';
        return TEXT_BYTE[byte] === 1 ? 'quoted' : 'wrong';
      case 'escaped':
        return TEXT_BYTE[byte] === 1 ? 'quoted' : 'wrong';
      case 'value_start':
        if (byte === DOUBLE_QUOTE) return 'quoted';
        return TOKEN_BYTE[byte] === 1 ? 'value' : 'wrong';
      case 'name_start':
        return TOKEN_BYTE[byte] === 1 ? 'name' : 'wrong';
      default:
        return this.#afterWord(byte);
    }
  }

  #afterWord(byte: number): State {
    if (byte === SEMICOLON) return 'name_start';
    if (byte === EQUALS && this.#state === 'name') return 'value_start';
    return TOKEN_BYTE[byte] === 1 && this.#state !== 'quoted_end' ? this.#state : 'wrong';
  }
}
